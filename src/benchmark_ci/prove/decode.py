"""Which decoder understands an executable.

There are two, for x86-64 and AArch64. On other processors only this is claimed: executables that are equal as
a whole run the same code (`target`). Code that differs is timed there, with this module's reason.
"""

from __future__ import annotations

import importlib
from typing import cast

from benchmark_ci.prove.doubt import Doubt
from benchmark_ci.prove.instructions import Decoder

_DECODERS = {"EM_X86_64": "x86", "EM_AARCH64": "a64"}


def decoder_for(machine: str) -> Decoder:
    """The decoder of an ELF machine; its library is installed where such executables run.

    Raises Doubt where there is none.
    """
    name = _DECODERS.get(machine)
    if name is None:
        raise Doubt(f"code for {machine.removeprefix('EM_')} is not understood here")
    try:
        return cast(Decoder, importlib.import_module(f"benchmark_ci.prove.{name}"))
    except ImportError as error:
        raise Doubt(f"the decoder for {name} is not installed here") from error
