"""What happens around grading: laying out a class, collecting, reporting, handing grades on."""
