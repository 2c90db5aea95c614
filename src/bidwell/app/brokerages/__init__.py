"""One module per broker: how the application makes its parts."""
