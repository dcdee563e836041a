"""What the assistant says: a pure function of the question, so that a test knows every answer beforehand."""
import re
from typing import List

COUNT = re.compile(r"count to (\d{1,4})", re.IGNORECASE)


def answer_to(question: str) -> str:
    """`count to 50` is counted, for an answer of any length; everything else is repeated."""
    counting = COUNT.fullmatch(question)
    if counting is None:
        return f"You said: {question}"
    return " ".join(str(number) for number in range(1, int(counting[1]) + 1))


def chunks_of(answer: str) -> List[str]:
    """Words with the space that follows them; together they are the answer."""
    return re.findall(r"\s*\S+\s*", answer)
