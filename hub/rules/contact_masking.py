"""Contact masking: shows enough of an e-mail address or phone number to recognise it, but not enough to use it."""


def mask_email(email: str | None) -> str | None:
    """Mask an address: `john@example.com` becomes `j***@example.com`. A local part of one character is hidden."""
    if not email:
        return email
    name, at, domain = email.rpartition("@")
    if not at:
        return "***"
    return f"{name[:1] if len(name) > 1 else ''}***@{domain}"


def mask_phone(phone: str | None) -> str | None:
    """Mask a phone number but for its last two digits: `+12025551234` becomes `***34`."""
    if not phone:
        return phone
    digits = [character for character in phone if character.isdigit()]
    return "***" + "".join(digits[-2:]) if len(digits) > 4 else "***"
