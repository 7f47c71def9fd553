QUESTIONS = {
    "The capital of France?": "Paris",
    "The largest planet?": "Jupiter",
    "The chemical symbol of gold?": "Au",
}
