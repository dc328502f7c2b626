"""What people and programs read: comment, job summary, page, document, annotations, terminal. All pure."""
