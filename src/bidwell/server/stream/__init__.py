"""The WebSocket: tickets, topics with sequence numbers, resume, conflation, eviction."""
