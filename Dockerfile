# Benchmark CI's image: the Rust toolchain that builds both sides, git, and Python.
# Written for the classic builder and BuildKit alike.
ARG RUST_VERSION=1.95

FROM rust:${RUST_VERSION}-slim-bookworm AS toolchain
# The official image leaves these world-writable; strangers' code must not change what others run.
RUN chmod -R go-w /usr/local/rustup /usr/local/cargo

FROM debian:bookworm-slim AS python
RUN apt-get update \
 && apt-get install -y --no-install-recommends python3 python3-venv \
 && apt-get clean && rm -rf /var/lib/apt/lists/*
RUN python3 -m venv /opt/benchmark-ci
COPY requirements/action.txt /tmp/action.txt
# Of the two libraries that read machine code only this processor's is of use: 11 MB less.
RUN /opt/benchmark-ci/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /tmp/action.txt \
 && if [ "$(uname -m)" != aarch64 ]; then /opt/benchmark-ci/bin/pip uninstall -y capstone; fi \
 && /opt/benchmark-ci/bin/pip uninstall -y pip setuptools \
 && find /opt/benchmark-ci -name tests -path '*numpy*' -prune -exec rm -rf {} +
COPY src/benchmark_ci /opt/benchmark-ci/lib/python3.11/site-packages/benchmark_ci
RUN /opt/benchmark-ci/bin/python -m compileall -q /opt/benchmark-ci/lib \
 && printf '#!/opt/benchmark-ci/bin/python -I\nfrom benchmark_ci.cli import main\nraise SystemExit(main())\n' > /opt/benchmark-ci/bin/benchmark-ci \
 && chmod 0755 /opt/benchmark-ci/bin/benchmark-ci

# The proof runs benchmarks under callgrind, so of valgrind's 60 MB only these 2.5 are needed. Debian's script in
# front of the program changes LD_LIBRARY_PATH; the program itself does not.
FROM debian:bookworm-slim AS valgrind
RUN apt-get update && cd /tmp && apt-get download valgrind && dpkg -x valgrind_*.deb /tmp/all \
 && mkdir -p /valgrind/bin /valgrind/libexec/valgrind /valgrind/share/doc/valgrind \
 && cp /tmp/all/usr/bin/valgrind.bin /valgrind/bin/valgrind \
 && cp /tmp/all/usr/libexec/valgrind/callgrind-a*64-linux /tmp/all/usr/libexec/valgrind/vgpreload_core-a*64-linux.so \
       /tmp/all/usr/libexec/valgrind/default.supp /valgrind/libexec/valgrind \
 && cp /tmp/all/usr/share/doc/valgrind/copyright /valgrind/share/doc/valgrind

FROM debian:bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates gcc git libc6-dev make python3 \
 && apt-get clean && rm -rf /var/lib/apt/lists/*
# Builds and benchmarks run as these: one for each side, no home, no groups, no shell.
RUN useradd --system --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin bench-baseline \
 && useradd --system --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin bench-current
COPY --from=toolchain /usr/local/rustup /usr/local/rustup
COPY --from=toolchain /usr/local/cargo /usr/local/cargo
COPY --from=valgrind /valgrind /usr
COPY --from=python /opt/benchmark-ci /opt/benchmark-ci
COPY entrypoint.py /entrypoint.py
ENV RUSTUP_HOME=/usr/local/rustup CARGO_HOME=/usr/local/cargo \
    PATH=/opt/benchmark-ci/bin:/usr/local/cargo/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
# Isolated (-I), since the job's environment may hold PYTHONPATH and the like.
ENTRYPOINT ["/opt/benchmark-ci/bin/python", "-I", "/entrypoint.py"]
