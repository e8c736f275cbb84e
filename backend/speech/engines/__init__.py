"""The recognisers, behind one small interface."""
