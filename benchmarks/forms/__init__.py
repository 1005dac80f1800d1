"""The common form of the evaluation scripts: how data is read and how predictions are written."""
