"""How each estimator is fitted: scaled rows and class indices in, a version out."""
