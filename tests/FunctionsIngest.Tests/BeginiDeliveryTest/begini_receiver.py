"""A webhook receiver as Begini's document "Testing and Security" shows it, in FastAPI: verifies X-Signature, or answers 403."""

import hashlib
import hmac
import os
import socket

import uvicorn
from fastapi import APIRouter, FastAPI, HTTPException, Request, status

router = APIRouter()


@router.post("/webhook-receiver")
async def receive(request: Request):
    payload = await request.body()
    offered = request.headers.get("X-Signature")
    expected = hmac.new(os.environ["API_KEY"].encode("utf-8"), payload, digestmod=hashlib.sha512).hexdigest()
    if not hmac.compare_digest(expected, offered):
        raise HTTPException(status_code=403, detail="Validation Failure")
    return status.HTTP_200_OK


app = FastAPI()
app.include_router(router)

listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen()
print("PORT", listener.getsockname()[1], flush=True)
uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listener])
