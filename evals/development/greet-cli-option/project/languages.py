GREETINGS = {"de": "Hallo", "en": "Hello", "es": "Hola"}
