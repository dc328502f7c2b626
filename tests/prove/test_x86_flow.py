"""Which addresses a function only hands on: told from its machine code."""

from __future__ import annotations

import pytest

from benchmark_ci.prove.x86 import decode

LEA_RSI = "488d35a3fa1900"  # lea rsi, [rip + 0x19faa3]
START = 0x96E06
RET = "c3"


@pytest.mark.parametrize(
    ("after", "handed"),
    [
        ("ff25b5a21a00", True),  # jmp [rip + …]: a call that ends the function
        ("ff15b5a21a00c3", True),  # call [rip + …]; ret
        (RET, True),
        ("ffe0", False),  # jmp rax: a jump table
        ("4839f7c3", False),  # cmp rdi, rsi: an end to count up to
        ("4885f6c3", True),  # test rsi, rsi: whether there is one
        ("488b06c3", True),  # mov rax, [rsi]
        ("488b04fec3", False),  # mov rax, [rsi + rdi * 8]: an index
        ("4088f0c3", True),  # mov al, sil: a part of an address leads nowhere
        ("7401c3" + "c3", True),  # je to the second ret
        ("7401c3" + "4839f7c3", False),  # je to cmp rdi, rsi
        ("4889c6" + "4839f7c3", True),  # mov rsi, rax; cmp rdi, rsi: it is another one by then
        ("eb01" + "c3" + "4889f0" + "4839c7c3", False),  # jmp over a ret; mov rax, rsi; cmp rdi, rax
        ("480f44c6" + "4839c7c3", False),  # cmove rax, rsi; cmp rdi, rax
        ("480f44f0" + "4839f7c3", False),  # cmove rsi, rax: it may be the same one; cmp rdi, rsi
        ("480f44c6" + RET, True),  # cmove rax, rsi; ret: one of two
        ("4889742408" + "ff15b5a21a00" + RET, True),  # mov [rsp + 8], rsi; call
        ("4889742408" + "ff15b5a21a00" + "483b442408" + RET, False),  # … and cmp rax, [rsp + 8]
        ("4889742408" + "ff15b5a21a00" + "488b4c2408" + "4839c8" + RET, False),  # … by way of rcx
        ("4889742408" + "ff15b5a21a00" + "483b442410" + RET, True),  # … cmp with another place
        ("4889742408" + "0f10442408" + RET, True),  # … movups xmm0, [rsp + 8]
        ("48c1e603" + RET, False),  # shl rsi, 3: nobody knows what this is for
        ("75fe" + RET, True),  # jne to itself: every path is followed once
    ],
)
def test_what_becomes_of_an_address(after: str, handed: bool) -> None:
    body = decode(bytes.fromhex(LEA_RSI + after), START)
    assert body.references[0].handed is handed
    assert body.references[0].leaves == ()


def test_a_jump_out_of_the_function_is_told() -> None:
    body = decode(bytes.fromhex(LEA_RSI + "7405" + "e900100000" + "0f8400200000" + RET), START)
    assert body.references[0].handed
    first = START + 7 + 2 + 5 + 0x1000
    assert body.references[0].leaves == (first, first - 0x1000 + 6 + 0x2000)
