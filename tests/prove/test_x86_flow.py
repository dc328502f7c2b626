"""Which addresses a function only hands on: told from its machine code."""

from __future__ import annotations

import pytest

from benchmark_ci.prove.x86 import decode

LEA_RSI = "488d35a3fa1900"  # lea rsi, [rip + 0x19faa3]
START = 0x96E06


@pytest.mark.parametrize(
    ("after", "handed"),
    [
        ("ff25b5a21a00", True),  # jmp [rip + …]: a call that ends the function
        ("ff15b5a21a00c3", True),  # call [rip + …]; ret
        ("c3", True),  # ret
        ("e900100000", False),  # jmp to another symbol, which may be a part of the same function
        ("ffe0", False),  # jmp rax: a jump table
        ("7400c3", False),  # je
        ("4839f7c3", False),  # cmp rdi, rsi: an end to count up to
        ("488b06c3", True),  # mov rax, [rsi]
        ("488b04fec3", False),  # mov rax, [rsi + rdi * 8]: an index
    ],
)
def test_what_becomes_of_an_address(after: str, handed: bool) -> None:
    body = decode(bytes.fromhex(LEA_RSI + after), START)
    assert body.references[0].handed is handed
