// The texts of the training mode: who comes, what to do with them, and the choices.
import { t, tn } from "../lib/i18n.js";

/** What the trainee sees of a visitor before the scan. @type {Record<string, string>} */
const SCENES = {
  "valid": t("A visitor shows a ticket."),
  "used": t("A visitor says: I have not been inside yet."),
  "wrong-date": t("A visitor is sure that the ticket is for today."),
  "too-early": t("A visitor has come long before the time on the ticket."),
  "no-reservation": t("A visitor has a ticket, but has never chosen a time."),
  "unreserved": t("A visitor has chosen no time. Today your venue admits such tickets."),
  "unknown": t("A visitor shows a code that somebody sent by chat."),
  "not-activated": t("A visitor bought the ticket this morning and has not activated it."),
  "expired": t("A visitor wanted to come yesterday."),
  "cancelled": t("A visitor got the money back last week."),
  "wrong-venue": t("A visitor has booked at your other venue."),
  "wrong-gate": t("A visitor with a ticket for another gate comes to you."),
  "attention": t("A visitor in a wheelchair shows a ticket."),
  "question-yes": t("A student shows a ticket and a student card."),
  "question-no": t("A visitor has a student's ticket and no card."),
  "party": t("A group has booked for five. Three of them are here."),
  "too-many": t("A group of four comes. Two of them have just gone in at another gate. Try to admit all four."),
  "unconfirmed": t("A couple never pressed the link in the email."),
  "full": t("A visitor comes while the venue is full."),
  "undone": t("A colleague undoes your scan at the same moment. Scan again."),
  "returning": t("A visitor went out for a coffee and comes back."),
  "leaves": t("You stand at the exit now. A visitor leaves."),
  "left-before": t("Somebody leaves with a ticket whose holder has left already."),
  "never-in": t("Somebody leaves whose entry nobody scanned."),
  "some-leave": t("Two of a group of four leave."),
  "alone-valid": t("The connection is lost. A visitor shows a ticket."),
  "not-listed": t("Still offline. The printed ticket is for today and this time."),
  "changed": t("Still offline. The visitor says: I think I cancelled it."),
  "no-list": t("Offline, and without a list. The printed ticket is for today and this time."),
  "alone-exit": t("Still offline. You stand at the exit, and a visitor leaves."),
};

/** What is right, and why. @type {Record<string, string>} */
const LESSONS = {
  "valid": t("A green ticket is good. Press Mark as Verified, or nobody is counted."),
  "used": t("Somebody came in with this ticket before. Show them time and gate, and send them to the box office or ask a supervisor."),
  "wrong-date": t("The ticket is for another day. The box office can move it."),
  "too-early": t("The ticket is good, but not yet. Ask them to wait until the time on your screen."),
  "no-reservation": t("Here a ticket needs a time. The box office books one."),
  "unreserved": t("Yellow with a button: your venue admits this ticket. Press Mark as Verified."),
  "unknown": t("No ticket has this code. Scan it once more, then send them to the box office."),
  "not-activated": t("The ticket is bought and not activated. The box office helps."),
  "expired": t("The time of this ticket is over. Send them to the box office."),
  "cancelled": t("A cancelled ticket admits nobody, also if it was used before."),
  "wrong-venue": t("The ticket is for another venue. Show them where it is."),
  "wrong-gate": t("The screen names the gate of this ticket. Show them the way."),
  "attention": t("Read the note first, do what it says, then press Mark as Verified."),
  "question-yes": t("Look, then answer what you saw. Yes admits the visitor."),
  "question-no": t("No card: answer No. Nobody goes in, and the reason is recorded."),
  "party": t("Choose how many come in now. The others can follow later."),
  "too-many": t("Nobody was admitted, because fewer are still to come. Admit as many as the screen allows."),
  "unconfirmed": t("The booking was never confirmed, so it has no seats. The box office helps."),
  "full": t("One out, one in: ask them to wait, then scan again."),
  "undone": t("The entry was undone, so nobody is in by it. Scan the ticket again and admit."),
  "returning": t("Green, and they were inside before. Press Let back in."),
  "leaves": t("Blue at the exit: the exit is recorded, and nothing is to be pressed."),
  "left-before": t("Nobody is held at an exit. Let them leave; the record shows it."),
  "never-in": t("Their entry is missing in the record. Let them leave all the same."),
  "some-leave": t("Choose how many leave. The others stay counted as inside."),
  "alone-valid": t("PROVISIONAL: decided by this scanner's list. Admit as usual; it is sent later."),
  "not-listed": t("Look at the printed ticket. It fits, so admit on your word."),
  "changed": t("The screen is not sure and the visitor neither. Press Scan again, and send them to the box office."),
  "no-list": t("Without a list the ticket itself is all you have. It fits, so admit on your word."),
  "alone-exit": t("The exit is noted and sent later. Nothing is to be pressed."),
};

/** The choices at an entry and at an exit, each with its words. @type {Record<"entry" | "exit", [choice: string, words: string][]>} */
export const CHOICES = {
  entry: [["in", t("Let them in")], ["wait", t("Ask them to wait")], ["elsewhere", t("Show them the way")], ["office", t("Box office or supervisor")]],
  exit: [["go", t("Let them leave")], ["hold", t("Keep them here")]],
};

/** @param {PracticeVisitor} visitor */
export const sceneOf = ({ name }) => SCENES[name] ?? "";
/** @param {PracticeVisitor} visitor */
export const lessonOf = ({ name }) => LESSONS[name] ?? "";

/** Why a code is not checked in the training. */
export const notPractised = () => t("Training: a real ticket is not checked here. Press Back to work to admit visitors.");

/** The score. @param {number} right @param {number} all */
export const scoreOf = (right, all) => tn("One of {all} right", "{n} of {all} right", right, { all });

/** @param {number} number @param {number} all */
export const placeOf = (number, all) => t("Visitor {number} of {all}", { number, all });

/** Where the score stands by now. @param {number} right @param {number} seen */
export const soFar = (right, seen) => t("{right} of {seen} right so far", { right, seen });
