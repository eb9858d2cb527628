"""`make bench-selection`: how many labels the learning code saves, on real data."""
