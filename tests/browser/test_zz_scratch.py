import json
from playwright.async_api import expect
from tests.browser.hands_and_eyes import key_in
from tests.browser.offline_scanner import said_by_hub
import itertools

SHOTS="/tmp/scanner_shots"

async def test_look(hub, world, open_page):
    import os
    os.makedirs(SHOTS, exist_ok=True)
    slot = await world.slot()
    for look, how in (("phone", {"phone": True}), ("desk", {})):
        one = await world.reserved(slot, customer_name="John Doe")
        state = {"admitted": 2, "size": 5, "refuse": False}
        page = await open_page("/operator/scan", token=await world.staff(), gate="Gate A", **how)
        sent = []
        def route(ws):
            server = ws.connect_to_server()
            asked = {}
            def out(text):
                f = json.loads(text)
                if "id" in f:
                    asked[f["id"]] = f
                    if f["type"] == "verify": sent.append(dict(f))
                if f["type"] == "verify" and state["refuse"]:
                    state.update(refuse=False, admitted=4)
                    d = dict(state["last"], result="RED", reason="PARTY_TOO_LARGE", can_verify=False, message="TOO MANY PEOPLE", detail="1 of 5 can still come in", party={"booking_id": 7, "size": 5, "admitted": 4, "remaining": 1})
                    ws.send(json.dumps({"id": f["id"], "type": "result", "success": True, "data": d})); return
                f.pop("count", None); f.pop("party", None)
                server.send(json.dumps(f))
            def back(text):
                f = json.loads(text)
                a = asked.get(f.get("id"))
                if a and a["type"] in ("validate", "verify") and f.get("success"):
                    d = f["data"]
                    if a["type"] == "verify":
                        if state["refuse"]:
                            state["admitted"] = 4
                            d.update(result="RED", reason="PARTY_TOO_LARGE", can_verify=False, message="TOO MANY PEOPLE", detail="1 of 5 can still come in")
                            state["refuse"] = False
                        else:
                            state["admitted"] += a.get("count", state["size"]-state["admitted"])
                            d.update(result="GREEN", reason="VERIFIED", can_verify=True, message="ENTRY RECORDED", detail="3 of 5 in")
                    elif d["reason"] == "ALREADY_VERIFIED" and state["admitted"] < state["size"]:
                        d.update(result="GREEN", reason="VALID", message="VALID TICKET", detail="2 of 5 in")
                    d["party"] = {"booking_id": 7, "size": state["size"], "admitted": state["admitted"], "remaining": state["size"]-state["admitted"]}
                    state["last"] = d
                ws.send(json.dumps(f))
            ws.on_message(out); server.on_message(back)
        await page.route_web_socket("**/ws", route)
        await page.reload()
        await expect(page.locator("#link-state")).to_have_text("Live")
        async def shot(name):
            await page.wait_for_timeout(300)
            await page.screenshot(path=f"{SHOTS}/{look}-{name}.png")
        await key_in(page, one.code)
        await expect(page.get_by_role("heading", name="VALID TICKET")).to_be_visible()
        await shot("valid")
        await page.get_by_role("button", name="One fewer").click()
        await page.keyboard.press("ArrowDown")
        await shot("valid-1")
        if look == "phone":
            await page.set_viewport_size({"width": 320, "height": 640}); await shot("narrow"); await page.set_viewport_size({"width": 390, "height": 844})
        state["refuse"] = True
        await page.locator("#verify").click()
        await expect(page.get_by_role("heading", name="TOO MANY PEOPLE")).to_be_visible()
        await shot("toomany")
        await page.locator("#verify").click()
        await expect(page.get_by_role("heading", name="ENTRY RECORDED")).to_be_visible()
        await shot("entered")
        print(sent)
        await page.keyboard.press("Escape")
        await shot("rest")
        await page.get_by_role("button", name="Settings").click()
        await shot("settings")
        await page.get_by_role("checkbox", name="Continuous").click()
        await page.get_by_role("button", name="Done").click()
        two = await world.reserved(slot, customer_name="John Doe")
        state["admitted"] = 0
        await key_in(page, two.code)
        await expect(page.get_by_role("heading", name="VALID TICKET")).to_be_visible()
        await shot("continuous")
