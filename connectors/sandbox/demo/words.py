"""What the people of the demo write: topics, titles, comments."""

from __future__ import annotations

TOPICS = (
    "GDP audit checklist",
    "Vaccine storage webinar",
    "Harvest season nurture",
    "CoolLog Expo",
    "Sensor v4 launch",
    "Reefer fleet report",
    "Norvik Dairy case study",
    "Berry growers roundtable",
    "Retail freezer ROI calculator",
    "Almenara Seafood story",
    "Winter freight playbook",
    "Pharma compliance series",
    "Partner newsletter",
    "Door-open alarm demo",
    "Blood bank pilot",
    "Last-mile temperature guide",
    "Energy savings benchmark",
    "Food waste pledge",
    "Halden Academy relaunch",
    "Customer council",
    "Data logger comparison",
    "Ice cream summer push",
    "Airport cold hub tour",
    "HACCP refresher course",
    "Battery life myth buster",
    "Warehouse mapping webinar",
    "Flower auction pilot",
    "Recall readiness kit",
    "Quarterly product digest",
    "Trade-in offer for v2 sensors",
)

ASSETS = (
    "landing page hero",
    "email header",
    "one-pager",
    "social set",
    "slide deck",
    "ebook cover",
    "banner ads",
    "infographic",
    "booth panel",
    "explainer video storyboard",
    "invite",
    "report layout",
    "web banner",
    "case study PDF",
)

REQUESTS = {
    "Email": ("Email send: {topic}", "Reminder email: {topic}", "Follow-up email: {topic} attendees"),
    "Landing page": ("Landing page: {topic}", "Registration form: {topic}", "Thank-you page: {topic}"),
    "Nurture": ("Nurture track: {topic}", "Add branch to nurture: {topic}"),
    "Event": ("Event setup in CRM: {topic}", "Badge scan upload: {topic}"),
    "Report": ("Attribution report: {topic}", "Dashboard for {topic}", "UTM fix: {topic}"),
    "Paid": ("Conversion tracking: {topic}", "Audience sync: {topic}"),
}

LIST_PULLS = (
    "Webinar list pull: {topic}",
    "Webinar list pull for {topic}",
    "Webinar list pull – {topic}",
    "Webinar list pull, {topic} (again)",
    "Webinar list pull: {topic} no-shows",
)

LEADS = (
    "Badge scans: {topic} ({n} leads)",
    "Webinar leads: {topic} ({n})",
    "Content downloads: {topic} ({n})",
    "Partner referrals: {topic} ({n})",
    "Demo requests week of {topic} ({n})",
    "Trial sign-ups: {topic} ({n})",
)

BRIEF_READY = (
    "Brief is complete, copy is in the doc. Over to you!",
    "Handing this over. Sizes are at the end of the brief.",
    "Copy approved by product. Could you take it from here?",
    "Ready for design. The date on it is real this time.",
    "All yours. The photo shoot folder is linked.",
    "",
    "",
)
BRIEF_LACKS = (
    "There are no sizes in the brief. Sending it back.",
    "The copy is still a draft, please come back when it's final.",
    "Which event is this for? I can't start without a date and a size.",
    "The link to the copy doc asks me for access. Back to you.",
    "This needs a headline before I can lay anything out.",
)
BRIEF_FIXED = (
    "Sizes and date added. Over to you again.",
    "Copy is final now, sorry.",
    "Access given, and I added last year's version.",
    "Completed the brief.",
)
DESIGN_QUESTION = (
    "Which format do you need first, the 1200×628 or the square one?",
    "The brief says two logos, but I only have one. Who has the other?",
    "Is the headline final? It runs to three lines on mobile.",
    "Do we have the rights for the cold-store photo?",
    "Quick one: light or dark version?",
    "The numbers in the chart don't match the report. Which one is right?",
)
FIRST_VERSION = (
    "First version attached, two options for the cover.",
    "v1 is up. I kept the brand blue for the chart.",
    "Draft is in Figma, comments welcome there.",
    "Here is a first pass. The second page is still rough.",
    "v1 ready for a look.",
    "Three sizes done, the rest follows once you like the direction.",
)
NEXT_VERSION = (
    "Changed as discussed.",
    "New version up, headline on two lines now.",
    "Fixed the chart and the footer.",
    "v3. Please be the last one!",
    "Logo swapped, colours back to brand.",
    "Updated, and I shortened the sidebar.",
)
WANTS_CHANGES = (
    "Nearly there. Could the headline be shorter?",
    "Product changed the claim, please use the new wording in the doc.",
    "Can we try it without the stock photo?",
    "The CTA should say “See the data”, not “Download”.",
    "Sorry, the event date moved. It needs the 14th now.",
    "Sales wants the customer logo bigger.",
    "The partner sent a new logo. Could you swap it?",
)
CHASERS = (
    "Any chance to look at this today?",
    "Gentle nudge on this one.",
    "Hi, did this get lost?",
    "We go live next week, is this on your list?",
    "Bumping this up.",
    "Still waiting on this, please shout if something is missing.",
)
LEGAL_ASK = (
    "Claims on page 2 need your OK.",
    "New customer quote, please check the wording.",
    "Compliance topic, so over to you before it goes out.",
    "Testimonial plus a “up to 30 %” claim. OK to publish?",
)
LEGAL_NO = (
    "“Guaranteed” has to go. Please say “designed to”.",
    "We need the customer's written consent first.",
    "Please add the source for the 30 % figure.",
    "The disclaimer is missing on the last page.",
)
LEGAL_YES = ("Fine to publish.", "OK from my side.", "Approved with the small edit in the margin.")
WEB_LIVE = (
    "Live, and the redirect is set.",
    "Published. Cache cleared.",
    "It's up. Tracking checked in GA.",
    "Live on the staging and the main site.",
)

TRIAGE = (
    "Taking this for us.",
    "Looks clear, into scoping.",
    "Which segment? I assume EMEA pharma.",
    "Can do. Needs the UTM names first.",
    "Same set-up as last month, I'll clone it.",
)
SCOPED = (
    "Scoped: one email, two segments, 4 h.",
    "Cloned from the last campaign, tokens updated.",
    "Waiting for the final copy, building the rest.",
    "Small one, building now.",
)
QA_ASK = (
    "Please QA: links, tokens, unsubscribe.",
    "Built. Could you test the form on mobile?",
    "Ready for QA, test list is “QA internal”.",
    "",
)
QA_NO = (
    "Token {{first_name}} is empty for 12 records.",
    "The UTM source is wrong on the second button.",
    "Form does not fire on Safari.",
    "Suppression list is missing.",
)
QA_OK = ("All green.", "Tested on three devices, fine.", "QA done, no findings.")
REVIEW_ASK = (
    "Test send is in your inbox. OK to go?",
    "Please have a last look and say go.",
    "Preview link above. Needs your go by Thursday.",
    "Ready for your review.",
)
REVIEW_OK = ("Go!", "Looks great, please send.", "Approved, thanks for the quick turn.", "Good to go from my side.")
LIST_DONE = (
    "List is in the folder: {n} contacts, competitors excluded.",
    "Pulled, {n} rows. Same filter as last time.",
    "Done, {n} contacts. We should really make this a saved report.",
)
DECLINED = ("We can't do this before the relaunch, parking it.", "Duplicate of the one from last week, closing.")

CLEANED = (
    "Deduplicated: {n} left after removing students and competitors.",
    "Country field normalised, {n} clean.",
    "Merged with existing accounts, {n} net new.",
)
TO_SALES = (
    "Over to sales. The hot ones are marked.",
    "Routed by region, {n} for follow-up.",
    "Assigned. Please first call within two days, they asked for prices.",
    "",
)
SALES_TOUCH = (
    "First calls done, 4 meetings booked.",
    "Working through them, about half reached.",
    "Two opportunities opened.",
    "Sequence started for all of EMEA.",
)
LEADS_SWEPT = "Closing old lists. Nobody called these; they are in the nurture now."
SALES_DONE = (
    "Worked through. 3 opps, rest to nurture.",
    "Done, back to nurture with the others.",
    "Closed: 1 won, 2 open.",
)
LEADS_CHASER = (
    "These are {n} days old now, has anyone called?",
    "Two of them wrote to support asking for a callback.",
    "Can we get these worked before the quarter ends?",
)
REOPENED = (
    "The link in the second email is broken, reopening.",
    "Found a typo in the headline after publishing. Sorry!",
    "Sales says the list misses Nordics, reopening.",
    "Customer withdrew the quote, we need to change it.",
)
