"""What it costs. Read in this order:"""
