"""WCO Data Model declaration messages: parsed safely, told apart, and joined into declaration rows."""
