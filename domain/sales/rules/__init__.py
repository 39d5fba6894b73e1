"""Rules of selling, one file a question: prices, qualification, the life of an order."""
