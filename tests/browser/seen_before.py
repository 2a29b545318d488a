"""What of a page axe need not check again: the looks of its texts and the shape of its elements, as short hashes.

    (shape, layout), looks = await page.evaluate(SEE, False)
    not_asked = await page.evaluate(CLEAR, looks)

A look is all on which the check of a text's colours depends: its style and its background, down to the first opaque one around
it. So a scanner that is dark in both colour schemes has its looks once. A look is clear when each of its
texts has one colour on one opaque colour, 4.5 to 1 or more apart, and nothing else plays a part. Of that, axe is not asked:
it would first find out for every element what lies above it, which takes most of its time. Nor is it asked of texts on a
picture or a gradient, of which it says nothing.

A shape is all on which most other rules depend: the tree of elements with their attributes, which of them are visible, and which
texts are empty or repeat each other. A page in two languages, or with other numbers in its rows, has one shape. A control
without a name, a duplicate id or a heading of another level changes it.

A layout is all on which the rest of the rules depend: how far apart small targets are, and what scrolls. The same page has one shape and two
layouts at a desk and on a phone, so the second time only the two rules about layout run.
"""

from __future__ import annotations

_FINISHED = """() => {
  for (const moving of document.getAnimations()) {
    const times = moving.effect && moving.effect.getComputedTiming();
    if (times && times.endTime !== Infinity) moving.finish();
  }
}"""
SETTLED = f"""async () => {{
  ({_FINISHED})();
  await new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)));
}}"""

_HASH = """
  // Two times FNV-1a. Written out, the looks of an area would be megabytes for each check.
  const hash = (text) => {
    let one = 0x811c9dc5, two = 0x01000193;
    for (let n = 0; n < text.length; n++) {
      const code = text.charCodeAt(n);
      one = Math.imul(one ^ code, 0x01000193);
      two = Math.imul(two ^ code, 0x811c9dc5);
    }
    return (one >>> 0).toString(36) + (two >>> 0).toString(36);
  };
  const shown = (element) => element.checkVisibility({ visibilityProperty: true });
"""
_LOOKS = """
  const WRITTEN = ['color', 'fontSize', 'fontWeight', 'textShadow', 'textDecorationLine', 'webkitTextStrokeWidth'];
  const GROUND = ['backgroundColor', 'backgroundImage', 'backgroundSize', 'backgroundClip', 'opacity', 'filter', 'mixBlendMode',
    'position', 'zIndex', 'clip', 'clipPath', 'color', 'borderBottomWidth', 'borderBottomStyle'];
  const values = (element, names) => {
    const style = getComputedStyle(element);
    return names.map((name) => style[name]).join(' ');
  };
  const own = (element) => [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  const withText = () => [...document.querySelectorAll('body, body *')].filter(
    (element) => (own(element) || element.matches('input, select, textarea, button')) && shown(element));
  const groundOf = (element, grounds) => {
    if (!element) return '';
    if (!grounds.has(element)) grounds.set(element, hash(`${values(element, GROUND)}|${groundOf(element.parentElement, grounds)}`));
    return grounds.get(element);
  };
  // What lies below an opaque ground shows through a text's ground only by effects on all of it.
  const EFFECTS = ['opacity', 'filter', 'mixBlendMode'];
  const effectsOf = (element, seen) => {
    if (!element) return '';
    if (!seen.has(element)) seen.set(element, hash(`${values(element, EFFECTS)}|${effectsOf(element.parentElement, seen)}`));
    return seen.get(element);
  };
  const isOpaque = ({ backgroundColor, backgroundImage, backgroundClip }) =>
    /^rgb\\(/.test(backgroundColor) && backgroundImage === 'none' && backgroundClip === 'border-box';
  const holds = (outer, inner) => inner.left >= outer.left - 1 && inner.right <= outer.right + 1 &&
    inner.top >= outer.top - 1 && inner.bottom <= outer.bottom + 1;
  const isInside = (element, ground) => {
    const wider = getComputedStyle(element).display !== 'inline' && element.scrollWidth > element.clientWidth + 1;
    return !wider && holds(ground.getBoundingClientRect(), element.getBoundingClientRect());
  };
  // The nearest opaque ground and the hash of the grounds up to it, if there is one.
  const opaqueOf = (element, seen) => {
    if (!element) return null;
    if (!seen.has(element)) {
      const own = hash(values(element, GROUND)), style = getComputedStyle(element);
      const above = isOpaque(style) ? null : opaqueOf(element.parentElement, seen);
      const ground = isOpaque(style) ? { element, hash: own } : above && { element: above.element, hash: hash(`${own}|${above.hash}`) };
      seen.set(element, ground);
    }
    return seen.get(element);
  };
  const OPAQUE = Symbol('opaque'), EFFECT = Symbol('effect');
  const under = (element, grounds) => {
    for (const name of [OPAQUE, EFFECT]) if (!grounds.has(name)) grounds.set(name, new Map());
    const ground = opaqueOf(element, grounds.get(OPAQUE));
    if (!ground || !isInside(element, ground.element)) return groundOf(element, grounds);
    return `${ground.hash} ${effectsOf(ground.element, grounds.get(EFFECT))}`;
  };
  const lookOf = (element, grounds = new Map()) => {
    const off = element.closest(':disabled, [aria-disabled=true], [aria-hidden=true]') ? 'off' : '';
    return hash([element.localName, element.className, off, values(element, WRITTEN), under(element, grounds)].join('|'));
  };
  const meet = (one, two) => one.left < two.right && two.left < one.right && one.top < two.bottom && two.top < one.bottom;
  // Of the texts with one look, the first on each ground: what is drawn across a text does not belong to its look.
  const examplesOf = (looks) => {
    const grounds = new Map(), wanted = new Set(looks), kinds = new Map();
    const laid = [...document.querySelectorAll('body *')].filter((one) => getComputedStyle(one).position !== 'static' && shown(one))
      .map((one) => [one, one.getBoundingClientRect()]);
    for (const element of withText()) {
      const look = lookOf(element, grounds), box = element.getBoundingClientRect();
      if (!wanted.has(look)) continue;
      const across = laid.filter(([one, over]) => meet(box, over) && !one.contains(element) && !element.contains(one));
      const kind = [look, ...across.map(([one]) => groundOf(one, grounds))].join('|');
      if (!kinds.has(kind)) kinds.set(kind, { look, elements: [] });
      kinds.get(kind).elements.push(element);
    }
    return [...kinds.values()];
  };
"""
_CLEAR = """
  const CONTRAST = 4.5, EDGE = 1;
  const HELD = { opacity: '1', mixBlendMode: 'normal', clipPath: 'none', clip: 'auto', transform: 'none' };
  const rgb = (colour) => (/^rgb\\(/.test(colour) ? colour.match(/[\\d.]+/g).map(Number) : null);
  const luminance = (colour) => colour.map((part) => part / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, n) => sum + part * [0.2126, 0.7152, 0.0722][n], 0);
  const contrast = (one, two) => {
    const [dark, light] = [luminance(one), luminance(two)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  };
  // Returns two questions. isClear: a text is surely readable, because it has one colour, stands on one colour, and nothing lies
  // across it. isPainted: it stands on a picture or a gradient, and nothing lies across it.
  const clearness = () => {
    const laid = [...document.querySelectorAll('body *')].filter((one) => {
      const { position, transform } = getComputedStyle(one);
      return (position !== 'static' || transform !== 'none') && shown(one);
    }).map((one) => [one, one.getBoundingClientRect()]);
    const grounds = new Map();
    const plain = (element) => ['::before', '::after'].every((part) => {
      const { content, backgroundColor, backgroundImage, position } = getComputedStyle(element, part);
      return content === 'none' || content === 'normal' ||
        (backgroundImage === 'none' && backgroundColor === 'rgba(0, 0, 0, 0)' && position === 'static');
    });
    // The element that gives the colour, and the colour, null of a picture. None if anything else plays a part.
    const coloured = (element) => {
      if (!element) return [];
      if (!grounds.has(element)) {
        const style = getComputedStyle(element), colour = style.backgroundColor, above = coloured(element.parentElement);
        // A shadow of the element lies below it.
        const held = Object.entries(HELD).every(([name, value]) => style[name] === value) && plain(element)
          && /^(none|drop-shadow\\([^()]*(\\([^()]*\\))?[^()]*\\))$/.test(style.filter);
        const own = style.backgroundImage !== 'none' ? [element, null] : rgb(colour) ? [element, rgb(colour)] : colour === 'rgba(0, 0, 0, 0)' ? above : null;
        grounds.set(element, held && above ? own : null);
      }
      return grounds.get(element);
    };
    const standsOn = (element, ground) => holds(ground.getBoundingClientRect(), element.getBoundingClientRect())
      && !laid.some(([one, over]) => meet(element.getBoundingClientRect(), over) && !one.contains(element) && !element.contains(one));
    const isLinkInText = (element) => {
      const link = element.closest('a, [role=link]'), style = link && getComputedStyle(link);
      return style && style.display === 'inline' && style.textDecorationLine !== 'underline';
    };
    const isUnseen = (element) => {
      const { width, height } = element.getBoundingClientRect(), { overflow, position } = getComputedStyle(element);
      return width <= EDGE && height <= EDGE && overflow === 'hidden' && position === 'absolute';
    };
    const isPainted = (element) => {
      const [ground, under] = coloured(element) ?? [];
      return Boolean(ground) && under === null && !isLinkInText(element) && standsOn(element, ground);
    };
    const isClear = (element) => {
      // Nobody sees a text for screen readers alone.
      if (isUnseen(element)) return true;
      // Axe reads no text of a control that is off.
      if (element.matches('button:disabled, input:disabled, select:disabled, textarea:disabled')) return true;
      const [ground, under] = coloured(element) ?? [], style = getComputedStyle(element), colour = rgb(style.color);
      if (!ground || !under || !colour) return false;
      if (style.textShadow !== 'none' || style.webkitTextStrokeWidth !== '0px') return false;
      if (style.display !== 'inline' && element.scrollWidth > element.clientWidth + EDGE) return false;
      return !isLinkInText(element) && contrast(colour, under) >= CONTRAST && standsOn(element, ground);
    };
    return { isClear, isPainted };
  };
"""
_SHAPE = """
  const LEFT_OUT = /^(class|style|src|srcset|d|points|transform|viewBox|width|height|x|y|x1|x2|y1|y2|cx|cy|r|fill|href|data-.*|value|content|datetime|translate|hreflang|nonce|min|max|step|maxlength|pattern)$/;
  const TEXTS = ['aria-label', 'title', 'alt', 'placeholder', 'aria-description', 'aria-valuetext', 'aria-roledescription', 'summary', 'label'];
  const REFERENCES = ['id', 'for', 'headers', 'list', 'form', 'name', 'aria-labelledby', 'aria-describedby', 'aria-controls', 'aria-owns',
    'aria-activedescendant', 'aria-details', 'aria-errormessage', 'aria-flowto'];
  // Rows and items: of those that are alike, one counts.
  const REPEATED = new Set(['li', 'tr', 'td', 'th', 'option', 'dt', 'dd', 'path', 'rect', 'circle', 'line']);
  // No rule reads them. A page in Chinese has its texts in a script more, and a phone loads style sheets when it needs them.
  const UNREAD = 'script, style, link, template, noscript';
  const NAMED = 'header, footer, main, nav, aside, section, form, article, [role]';
  const PLACED = 'a[href], button, input, select, textarea, summary, [tabindex], [role=button], [role=link], [role=tab], [role=option], [role=switch], [role=radio]';
  const SMALL = 24;

  const textOf = (text) => text.trim().replace(/\\s+/g, ' ');
  const referred = (element, name) => (element.getAttribute(name) ?? '').split(/\\s+/).filter(Boolean)
    .map((id) => document.getElementById(id));

  // Whether axe could find a small target too near to another one: it asks for 12 pixels from its middle to the edge of the other,
  // and for 24 to the middle of one that is small too. A pixel more is free for certain.
  const isTight = (box, other) => {
    const x = box.left + box.width / 2, y = box.top + box.height / 2;
    const edge = Math.hypot(Math.max(other.left - x, 0, x - other.right), Math.max(other.top - y, 0, y - other.bottom));
    const middle = Math.hypot(x - other.left - other.width / 2, y - other.top - other.height / 2);
    return edge < SMALL / 2 + 1 || ((other.width < SMALL || other.height < SMALL) && middle < SMALL + 1);
  };
  // A target is free if it is large and nothing lies across it, or if it is small and its neighbours are far enough.
  const placesOf = () => {
    const targets = [...document.querySelectorAll(PLACED)].filter(shown).map((one) => [one, one.getBoundingClientRect()]);
    const places = new Map();
    for (const [target, box] of targets) {
      const around = { left: box.left - SMALL, right: box.right + SMALL, top: box.top - SMALL, bottom: box.bottom + SMALL };
      const large = box.width >= SMALL && box.height >= SMALL;
      const near = targets.filter(([one, other]) => one !== target && meet(large ? box : around, other)
        && (large || meet(box, other) || isTight(box, other)));
      const from = (other) => [other.left - box.left, other.top - box.top, other.width, other.height].map(Math.round).join(',');
      places.set(target, !near.length ? 'free' : [Math.round(box.width), Math.round(box.height),
        ...near.map(([one, other]) => (one.contains(target) ? 'in' : target.contains(one) ? 'of' : from(other)))].join(' '));
    }
    return places;
  };

  const shapeOf = () => {
    const numbers = new Map(), places = placesOf(), hashes = new Map();
    // Landmarks of one name have one number, in every language.
    const numberOf = (text) => {
      if (!text) return 'none';
      if (!numbers.has(text)) numbers.set(text, numbers.size);
      return numbers.get(text);
    };
    const attributes = (element) => {
      const said = [];
      for (const { name, value } of element.attributes) {
        if (TEXTS.includes(name)) said.push(`${name}:${textOf(value) ? (textOf(value) === textOf((element.closest('a, button, label') ?? element).textContent) ? 'repeats' : 'text') : ''}`);
        else if (REFERENCES.includes(name)) said.push(`${name}=${value.replace(/\\d+/g, '#')}`);
        else if (name === 'href') said.push(value.startsWith('#') ? `href=${value}` : 'href');
        else if (name === 'lang') said.push(['en', 'zh-Hans'].includes(value) ? 'lang' : value);
        else if (name === 'value' && element.matches('[type=submit], [type=button], [type=reset]')) said.push(`value:${!value.trim()}`);
        else if (name === 'content' && element.matches('[http-equiv], [name=viewport]')) said.push(value);
        else if (name === 'style') said.push(`style:${[...element.style].join()}`);
        else if (/^aria-(value(now|min|max)|setsize|posinset|level|(row|col)(count|index|span))$/.test(name)) said.push(`${name}=${value.replace(/[\\d.]+/, '#')}`);
        else if (!LEFT_OUT.test(name)) said.push(`${name}=${value}`);
      }
      return said.sort().join(' ');
    };
    const nameOf = (element) => element.getAttribute('aria-label') ?? referred(element, 'aria-labelledby').map((one) => textOf(one?.textContent ?? '')).join(' ');
    const scrolls = (element) => (element.scrollHeight > element.clientHeight + 1 || element.scrollWidth > element.clientWidth + 1)
      && /auto|scroll/.test(getComputedStyle(element).overflow);
    const shape = (element) => {
      const children = [...element.children].filter((one) => !one.matches(UNREAD)).map((one) => [one.localName, shape(one)]);
      const kept = new Set(), different = [];
      for (const [name, one] of children) {
        if (!REPEATED.has(name) || !kept.has(one)) different.push(one);
        kept.add(one);
      }
      const missing = REFERENCES.slice(1).filter((name) => !['name', 'form'].includes(name) && referred(element, name).includes(null));
      const whole = hash([
        element.localName, attributes(element), missing, shown(element), own(element),
        element.matches(NAMED) ? numberOf(nameOf(element)) : '', element.matches(':modal') ? 'modal' : '', different.join(' '),
      ].join('|'));
      hashes.set(element, whole);
      return whole;
    };
    // What is a target or scrolls, by its part of the tree and by that of its parent.
    const layout = () => {
      const found = new Set();
      for (const [element, one] of hashes) {
        const place = places.get(element), moves = scrolls(element);
        if (place || moves) found.add([hashes.get(element.parentElement), one, place, moves].join('|'));
      }
      return hash([...found].sort().join(' '));
    };
    const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
    const twice = ids.filter((id, n) => ids.indexOf(id) !== n);
    return [hash([shape(document.documentElement), !document.title.trim(), ...twice].join('|')), layout()];
  };
"""
SEE = f"""async (settled) => {{
  if (settled) ({_FINISHED})();
  else await ({SETTLED})();
  if (!window.seenBefore) {{
    {_HASH}
    {_LOOKS}
    {_CLEAR}
    {_SHAPE}
    window.seenBefore = {{ withText, lookOf, examplesOf, clearness, placesOf, shapeOf }};
  }}
  const {{ withText, lookOf, shapeOf }} = window.seenBefore;
  const grounds = new Map(), looks = new Set(withText().map((element) => lookOf(element, grounds)));
  if (!settled || !window.seenBefore.shape) window.seenBefore.shape = shapeOf();
  return [window.seenBefore.shape, [...looks]];
}}"""
"""Returns the shape of the page with its layout, and the looks of its texts, after its animations. What it defines stays in the page.

A page that is `settled`, of which only the colours have changed, needs no frame and has the shape that it had.
"""
CLEAR = """(looks) => {
  const { withText, lookOf, clearness } = window.seenBefore;
  const grounds = new Map(), { isClear, isPainted } = clearness(), unclear = new Set(), wanted = new Set(looks);
  for (const element of withText()) {
    const look = lookOf(element, grounds);
    if (wanted.has(look) && !unclear.has(look) && !isClear(element) && !isPainted(element)) unclear.add(look);
  }
  return looks.filter((look) => !unclear.has(look));
}"""
"""Returns of which of these looks axe need not be asked: each text is clear, or on a picture, of which axe says nothing.

They are looks of the page as it is, which `SEE` has returned.
"""
