"""What several companies' models are made of."""
