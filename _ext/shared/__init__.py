"""What more than one room needs: facts about the book, its tables, references and questions, charts, formulas, a browser."""
