"""A voice-guided pause for two people in one room, kept offline on their own machine."""

__version__ = "0.1.0"
