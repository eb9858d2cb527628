"""The figures of `make bench`: each against a floor or a peer of the same run, or a count."""
