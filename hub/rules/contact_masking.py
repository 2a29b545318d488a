"""The contact masking: details shown at a gate are enough to recognise one's own, and too little to use."""


def mask_email(email: str | None) -> str | None:
    """`john@example.com` becomes `j***@example.com`; a name of one character is hidden whole."""
    if not email:
        return email
    name, at, domain = email.rpartition("@")
    if not at:
        return "***"
    return f"{name[:1] if len(name) > 1 else ''}***@{domain}"


def mask_phone(phone: str | None) -> str | None:
    """`+12025551234` becomes `***34`: the last two digits alone."""
    if not phone:
        return phone
    digits = [character for character in phone if character.isdigit()]
    return "***" + "".join(digits[-2:]) if len(digits) > 4 else "***"
