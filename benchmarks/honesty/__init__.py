"""`make bench-honesty`: whether what the service says of itself is true."""
