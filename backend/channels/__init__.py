"""How words leave the house besides web push: e-mail and text messages. It knows an address and a sentence, nothing of cases."""
