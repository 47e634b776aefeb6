"""Submit: stores one filled-in form."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

from registration_core.domain.errors import InvalidKeyError
from registration_core.domain.identifiers import new_reference, new_submission_id
from registration_core.domain.names import plain
from registration_core.domain.submission import Idempotency, Once, Status, Submission, email_key
from registration_core.services.seating import Seating

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from registration_core.domain.forms import Form
    from registration_core.domain.ports import Clock, Signer, SubmissionRepository
    from registration_core.domain.submission import Receipt
    from registration_core.domain.values import Answer

KEY_LENGTH = 128
KEY_KEPT = timedelta(hours=24)
SAME_ANSWERS_KEPT = timedelta(minutes=10)


class SubmitService:
    """Stores the submissions that the door admitted, and returns their receipts."""

    def __init__(
        self,
        *,
        repository: SubmissionRepository,
        signer: Signer,
        clock: Clock,
        randomness: Callable[[int], bytes],
    ) -> None:
        self._repository = repository
        self._seating = Seating(repository=repository, clock=clock, randomness=randomness)
        self._signer = signer
        self._clock = clock
        self._randomness = randomness

    def submit(
        self,
        form: Form,
        answers: Mapping[str, Answer],
        *,
        key: str | None,
        language: str,
        spam_sign: str | None = None,
        of_answers: bool = False,
    ) -> Receipt:
        """Store one submission and return its receipt.

        Where the form counts seats it gets a seat, or else a ticket; where the form asks for
        verification it holds its seat for a while only. Suspected spam (spam_sign: why it is) gets
        neither, and is kept for thirty days.

        answers: as `Door.admit` returns them. key: the client's idempotency key; None when it sent
        none, and then the same answers within ten minutes count as the same request. of_answers:
        the key was made of the answers, so that it is forgotten when the submission is cancelled.
        language: one of the form's, see `Form.language_for`. Raises InvalidKeyError,
        KeyReusedError, or StorageUnavailableError (it may have been stored: the same key again
        finds out).
        """
        now = self._clock.now()
        _ensure_key(key)
        submission = self._new(form, answers, language, now, spam_sign)
        # The same visitor may come back by another link, so what the address filled in doesn't count.
        content = [submission.form, dict(form.without_hidden(submission.answers))]
        return self._seating.add(
            submission,
            once=once_for(form, submission.answers, self._signer),
            idempotency=self._idempotency(content, key, now, of_answers=of_answers),
            capacity=form.capacities().get(submission.option or ""),
        )

    def submit_group(
        self,
        form: Form,
        members: Sequence[Mapping[str, Answer]],
        *,
        key: str | None,
        language: str,
        spam_sign: str | None = None,
        of_answers: bool = False,
    ) -> Receipt:
        """Store a submission of each participant, all or none; return the first's receipt, with all. See `submit`."""
        from registration_core.services.group_seating import GroupSeating  # noqa: PLC0415 - few forms have groups

        now = self._clock.now()
        _ensure_key(key)
        news = [self._new(form, answers, language, now, spam_sign) for answers in members]
        ids = tuple(sorted(submission.id for submission in news))
        together = [
            (replace(submission, id=own_id, members=ids), once_for(form, submission.answers, self._signer))
            for own_id, submission in zip(ids, news, strict=True)
        ]
        seating = GroupSeating(repository=self._repository, clock=self._clock, randomness=self._randomness)
        content = [form.name, [dict(form.without_hidden(answers)) for answers in members]]
        idempotency = self._idempotency(content, key, now, of_answers=of_answers)
        return seating.add(together, idempotency=idempotency, capacities=form.capacities())

    def _new(
        self, form: Form, answers: Mapping[str, Answer], language: str, now: datetime, spam_sign: str | None
    ) -> Submission:
        submission = new_submission(form, answers, language, now=now, randomness=self._randomness)
        if spam_sign is None:
            return submission
        expires_at = submission.expires_as_spam(submission.submitted_at)
        return replace(submission, status=Status.SPAM, verify_by=None, expires_at=expires_at, spam_sign=spam_sign)

    def _idempotency(
        self, content: Sequence[object], key: str | None, now: datetime, *, of_answers: bool
    ) -> Idempotency:
        text = json.dumps(content, sort_keys=True, separators=(",", ":"))
        newest, *older = self._signer.fingerprints("answers", text)
        if key is None:
            kept_until = now + SAME_ANSWERS_KEPT
            earlier = tuple((_answers_key(fingerprint), fingerprint) for fingerprint in older)
            return Idempotency(_answers_key(newest), newest, kept_until, of_answers=True, earlier=earlier)
        earlier = tuple((f"key-{key}", fingerprint) for fingerprint in older)
        return Idempotency(f"key-{key}", newest, now + KEY_KEPT, of_answers=of_answers, earlier=earlier)


def new_submission(
    form: Form, answers: Mapping[str, Answer], language: str, *, now: datetime, randomness: Callable[[int], bytes]
) -> Submission:
    """Return a new submission, pending if the form verifies addresses. now: to the millisecond."""
    to_the_second = now.replace(microsecond=0)
    verify = form.verification
    return Submission(
        id=new_submission_id(form.id_prefix, now, randomness),
        form=form.name,
        form_version=form.version,
        submitted_at=now,
        answers=answers,
        status=Status.CONFIRMED if verify is None else Status.PENDING,
        reference=new_reference(randomness),
        email=str(answers[form.email_field]),
        language=language,
        version=1,
        expires_at=to_the_second + timedelta(days=form.retention_days),
        option=form.counted_option(answers),
        verify_by=None if verify is None else to_the_second + timedelta(hours=verify.within_hours),
    )


def once_for(form: Form, answers: Mapping[str, Answer], signer: Signer) -> Once | None:
    """Return the person and option of the guard, from the answers; None if the form has no `once`.

    Answers of an older form, which did not ask for all that decides it, stand for nobody. A name
    that only looks different (full-width letters, no-break and zero-width spaces, soft hyphens) is
    the same one.
    """
    if form.once is None or form.once not in answers or form.email_field not in answers:
        return None
    address, name = email_key(str(answers[form.email_field])), str(answers.get(form.name_field or "", ""))
    people = dict.fromkeys((plain(name), " ".join(name.casefold().split())))  # the second as guards once had it
    newest, *earlier = (
        fingerprint for person in people for fingerprint in signer.fingerprints("once", f"{address} {person}")
    )
    return Once(str(answers[form.once]), newest, tuple(earlier))


def _answers_key(fingerprint: str) -> str:
    return f"same-answers-{fingerprint}"


def _ensure_key(key: str | None) -> None:
    if key is None:
        return
    if not key or len(key) > KEY_LENGTH or not (key.isascii() and key.isprintable()):
        raise InvalidKeyError(f"An Idempotency-Key must be 1 to {KEY_LENGTH} printable ASCII characters.")
