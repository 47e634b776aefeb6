"""Makes ministack's Cognito refresh and revoke tokens as AWS does.

bridged_ministack.py loads it in the emulator's own interpreter.
"""

# ruff: noqa: SLF001 - ministack has no hooks for this; its version is locked

from __future__ import annotations

import json
import time
from urllib.parse import parse_qsl

from ministack import app
from ministack.services import cognito

#: Status, headers and body, as ministack passes them.
Answer = tuple[int, dict[str, str], bytes]


def refresh_and_revoke() -> None:
    """Make /oauth2/token refresh as AWS does, and serve /oauth2/revoke.

    A refreshed token names the user's groups of that moment. A refresh token of another client, an
    expired or a revoked one is refused. Revoking one revokes the access tokens made with it, which
    Cognito's own API then refuses. API Gateway accepts them until they expire, as in AWS.

    Source: Developer Guide, "The token issuer endpoint" and "The token revocation endpoint". Both
    answer pages of every origin: "User pool managed login", CORS.
    https://docs.aws.amazon.com/cognito/latest/developerguide/token-endpoint.html
    https://docs.aws.amazon.com/cognito/latest/developerguide/revocation-endpoint.html
    https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-managed-login.html
    """
    others, bodies = cognito._oauth2_token, app._handle_cognito_body_request

    def token(data: object, query: object, body: bytes = b"", headers: dict[str, str] | None = None) -> Answer:
        form = read_form(body)
        if form.get("grant_type") != "refresh_token":
            answer: Answer = others(data, query, body, headers)
            return answer
        return refreshed(form, headers or {})

    async def handled(method: str, path: str, headers: dict[str, str], body: bytes, query: object) -> Answer | None:
        if (method, path) == ("POST", "/oauth2/revoke"):
            return revoked(read_form(body), headers)
        answer: Answer | None = await bodies(method, path, headers, body, query)
        return answer

    cognito._oauth2_token, app._handle_cognito_body_request = token, handled


def refreshed(form: dict[str, str], headers: dict[str, str]) -> Answer:
    """Answer a request for new tokens."""
    client_id, secret = cognito._authenticate_client(headers, form)
    pool_id, pool, client = cognito._find_pool_by_client_id(client_id)
    if not client or (client.get("ClientSecret") or secret) != secret:
        return error("invalid_client")
    claims = cognito._token_claims(form.get("refresh_token", ""))
    result, problem = cognito._refresh_auth_result(pool, pool_id, client_id, form.get("refresh_token"))
    if problem or claims["exp"] <= time.time():
        return error("invalid_grant", "Invalid Refresh Token")
    tokens = {"access_token": result["AccessToken"], "token_type": "Bearer", "expires_in": result["ExpiresIn"]}
    if cognito._id_token_granted(claims.get("scope")):
        tokens["id_token"] = result["IdToken"]
    return 200, {"Content-Type": "application/json", "Cache-Control": "no-store"}, json.dumps(tokens).encode()


def revoked(form: dict[str, str], headers: dict[str, str]) -> Answer:
    """Answer a request to revoke a refresh token. One that means nothing is no error: RFC 7009, 2.2."""
    client_id, secret = cognito._authenticate_client(headers, form)
    client = cognito._find_pool_by_client_id(client_id)[2]
    token = form.get("token", "")
    claims = cognito._token_claims(token)
    if not client or (client.get("ClientSecret") or secret) != secret:
        return error("invalid_client", status=401)
    if not token or client.get("EnableTokenRevocation") is False:
        return error("invalid_request")
    if claims.get("token_use", "refresh") != "refresh":
        return error("unsupported_token_type")
    if claims.get("client_id", client_id) != client_id:
        return error("invalid_request", "The refresh token belongs to another client.")
    cognito._revoke_token({"Token": token})
    return 200, {}, b""


def read_form(body: bytes) -> dict[str, str]:
    """Return the fields of an HTML form's body."""
    return dict(parse_qsl(body.decode("utf-8", errors="replace"), keep_blank_values=True))


def error(name: str, description: str = "", status: int = 400) -> Answer:
    """Return an error as OAuth 2.0 writes it."""
    said = {"error": name} | ({"error_description": description} if description else {})
    return status, {"Content-Type": "application/json"}, json.dumps(said).encode()
