"""The one way in which proving gives up."""

from __future__ import annotations


class Doubt(Exception):
    """Something cannot be read or decided; what depends on it is not proven. The message is for people."""
