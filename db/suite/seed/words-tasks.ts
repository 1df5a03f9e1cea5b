import type { ProjectKind } from "./words-projects.ts";

/** Tasks of a kind: every action with every subject; `%` stands for the subject. */
export const work: Readonly<
  Record<ProjectKind, { readonly actions: readonly string[]; readonly subjects: readonly string[] }>
> = {
  software: {
    actions: [
      "Design the %",
      "Build the %",
      "Write tests for the %",
      "Review the texts of the %",
      "Make the % usable by keyboard",
      "Fix the layout of the % on small screens",
      "Measure loading time of the %",
      "Document the %",
    ],
    subjects: [
      "sign-in page",
      "search",
      "order overview",
      "invoice download",
      "user profile",
      "notification settings",
      "import screen",
      "dashboard",
      "approval dialog",
      "help section",
    ],
  },
  data: {
    actions: [
      "Describe the source of the %",
      "Load the %",
      "Check completeness of the %",
      "Reconcile the % with finance",
      "Model the %",
      "Build a report on the %",
      "Automate the update of the %",
      "Set access rights for the %",
    ],
    subjects: [
      "customer records",
      "order lines",
      "stock levels",
      "supplier prices",
      "delivery times",
      "time sheets",
      "payment history",
      "sensor readings",
      "product hierarchy",
      "regional budgets",
    ],
  },
  infrastructure: {
    actions: [
      "Get three quotes for the %",
      "Plan the %",
      "Order parts for the %",
      "Install the %",
      "Test the %",
      "Hand over the % to operations",
      "Update the inventory for the %",
      "Write the runbook for the %",
    ],
    subjects: [
      "backup system",
      "firewall",
      "server room cooling",
      "network cabling",
      "badge system",
      "virtual machines",
      "monitoring",
      "mail gateway",
      "wireless network",
      "emergency power",
    ],
  },
  rollout: {
    actions: [
      "Survey the %",
      "Agree on dates with the %",
      "Ship devices to the %",
      "Install devices at the %",
      "Train the staff of the %",
      "Run the acceptance test at the %",
      "Collect feedback from the %",
      "Close open points at the %",
    ],
    subjects: [
      "northern depot",
      "southern depot",
      "central warehouse",
      "airport site",
      "harbour site",
      "city branch",
      "training room",
      "repair shop",
      "night shift",
      "pilot site",
    ],
  },
  marketing: {
    actions: [
      "Brief the agency on the %",
      "Write the %",
      "Choose pictures for the %",
      "Proofread the %",
      "Translate the %",
      "Get approval for the %",
      "Publish the %",
      "Evaluate the %",
    ],
    subjects: [
      "landing page",
      "press release",
      "speaker list",
      "customer interview",
      "product video",
      "invitation mailing",
      "stand concept",
      "social media plan",
      "price list",
      "annual brochure",
    ],
  },
  deal: {
    actions: [
      "List questions on the %",
      "Request documents on the %",
      "Examine the %",
      "Discuss the % with the lawyers",
      "Value the %",
      "Write the section on the %",
      "Present the % to the board",
      "Plan the hand-over of the %",
    ],
    subjects: [
      "order book",
      "lease contracts",
      "software licences",
      "pension obligations",
      "bank loans",
      "key employees",
      "client contracts",
      "open lawsuits",
      "tax returns",
      "brand and domains",
    ],
  },
  people: {
    actions: [
      "Draft the %",
      "Discuss the % with the works council",
      "Collect data for the %",
      "Compare the % with the market",
      "Present the % to management",
      "Revise the %",
      "Approve the %",
      "Communicate the %",
    ],
    subjects: [
      "interview guide",
      "training plan",
      "mentor list",
      "salary bands",
      "integration plan",
      "feedback form",
      "welcome package",
      "job descriptions",
      "timetable",
      "budget proposal",
    ],
  },
};

export const milestoneNames = ["Concept approved", "First version usable", "Pilot finished", "Handed over"] as const;

export const taskNotes = [
  "Agreed in the last review; see the minutes for the details.",
  "The client expects a first result by the end of the week.",
  "Please talk to the service desk before you start: two tickets belong to this.",
  "Depends on the answer of the vendor.",
  "Small, but visible. Worth doing well.",
  null,
  null,
] as const;

export const comments = [
  "Done on the test system, please have a look.",
  "I spoke with the client: the end of the month is fine for them.",
  "The numbers do not add up yet, I am asking finance.",
  "Looks good to me. One typo in the second paragraph.",
  "Blocked until we get access to the production data.",
  "Moved to next week, the room was not available.",
  "Could we split this? The second half is a topic of its own.",
  "Measured it again after the change: 40 % faster.",
  "The vendor confirmed delivery for Thursday.",
  "I would rather do this after the release.",
  "Thank you, that was quick!",
  "Please do not forget the translation. The French text is longer and needs a second line, which moves the button.",
  "Reproduced. It happens only when the list is empty.",
  "Who can approve this while Alice is away?",
  "Closed by mistake, opening it again.",
] as const;

export const internalComments = [
  "Internal: the client has not paid the last invoice, keep the effort small.",
  "Internal: margin is thin here, please book travel time separately.",
  "Internal: candidate for the case study, ask for permission first.",
] as const;

export const activities = [
  "Concept and drawing",
  "Implementation",
  "Review",
  "Testing",
  "Workshop with the client",
  "Coordination",
  "Documentation",
  "Fault analysis",
  "Preparation of the meeting",
  "On-site visit",
] as const;

type DocumentType = "specification" | "report" | "proposal" | "policy" | "minutes" | "design" | "manual";

export const documentTitles: Readonly<Record<DocumentType, readonly string[]>> = {
  specification: ["Requirements", "Interface specification", "Acceptance criteria"],
  report: ["Status report", "Test report", "Lessons learned"],
  proposal: ["Change request", "Budget proposal"],
  policy: [
    "Travel policy",
    "Password policy",
    "Remote work policy",
    "Purchasing policy",
    "Data protection policy",
    "Clean desk policy",
    "Expense policy",
    "Holiday rules",
  ],
  minutes: ["Kick-off minutes", "Steering committee minutes"],
  design: ["Screen designs", "Architecture overview", "Site plan"],
  manual: ["User manual", "Administrator manual"],
};

export const meetingTitles = [
  "Weekly review",
  "Steering committee",
  "Planning",
  "Retrospective",
  "Demonstration",
  "Risk review",
] as const;
export const companyMeetings = [
  "All-hands meeting",
  "Sales forecast call",
  "Architecture board",
  "Lunch and learn",
  "Safety briefing",
  "Budget round",
  "Support hand-over",
] as const;
export const rooms = ["Alster", "Elbe", "Library", "Workshop", "Board room", "Studio"] as const;
