"""From a plan to executables: private clones, one toolchain, cargo, and asking them who they are."""
