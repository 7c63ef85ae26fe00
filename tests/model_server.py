"""A small OpenAI-compatible endpoint on loopback, whose model says what a test wants, however bad.

with model_serving(lambda messages: said("We look into your parcel.", "article:times")) as model:
    bot = with_model(make_bot(tmp_path), model)
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler
from typing import Any, Final

from config.model import ModelSettings
from responder.bot import Bot
from responder.model.client import Endpoint
from responder.model.drafting import Drafter
from tests.loopback import Server

KEY: Final = "sk-of-the-tests-0815"
PATH: Final = "/v1/chat/completions"

Messages = list[dict[str, str]]


@dataclass(frozen=True, kw_only=True)
class Question:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: str

    @property
    def messages(self) -> Messages:
        found: Messages = json.loads(self.body)["messages"]
        return found


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What the endpoint answers. `drips`: a byte now and then, without end."""

    body: bytes = b""
    status: int = 200
    drips: bool = False


Model = Callable[[Messages], Answers]


@dataclass
class ModelServer:
    model: Model
    url: str = ""
    asked: list[Question] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)


def completion(content: object, *, finish: str = "stop", **message: Any) -> Answers:
    """An answer in the form of the protocol."""
    told = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "obedient",
        "choices": [
            {
                "index": 0,
                "finish_reason": finish,
                "message": {"role": "assistant", "content": content, **message},
            }
        ],
        "usage": {"prompt_tokens": 500, "completion_tokens": 40, "total_tokens": 540},
    }
    return Answers(body=json.dumps(told).encode())


def said(reply: str, *articles: str) -> Answers:
    """What a model says that keeps to the form it was asked for."""
    return completion(json.dumps({"reply": reply, "articles": articles}, ensure_ascii=False))


@contextmanager
def model_serving(model: Model) -> Iterator[ModelServer]:
    here = ModelServer(model=model)
    server = Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"here": here}))
    here.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield here
    finally:
        here.closing.set()
        server.shutdown()
        thread.join()
        server.server_close()


def with_model(bot: Bot, model: ModelServer, **changes: Any) -> Bot:
    """The same bot with a model configured."""
    values = {"url": model.url, "name": "obedient", "key": KEY} | changes
    settings = bot.settings.model_copy(update={"model": ModelSettings(**values)})
    return replace(bot, settings=settings)


def drafter(bot: Bot) -> Drafter:
    return Drafter(bot, Endpoint(bot.settings.model, bot.redactor))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 65_536
    here: ModelServer  # set on the subclass each server makes

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        question = Question(
            path=self.path,
            headers=dict(self.headers.items()),
            body=self.rfile.read(length).decode(),
        )
        self.here.asked.append(question)
        answers = self.here.model(question.messages)
        with suppress(OSError):  # who asked may have gone
            self._say(answers)

    def _say(self, answers: Answers) -> None:
        self.send_response(answers.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(10**6 if answers.drips else len(answers.body)))
        self.end_headers()
        self.wfile.write(answers.body)
        self.close_connection = True
        while answers.drips and not self.here.closing.wait(0.05):
            self.wfile.write(b" ")
            self.wfile.flush()

    def finish(self) -> None:
        with suppress(OSError):
            super().finish()

    def log_message(self, *_: object) -> None:
        return
