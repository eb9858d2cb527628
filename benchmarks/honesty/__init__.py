"""`make bench-honesty`: whether what is said of models, labels and people is true."""
