TITLE = "The Garden"
