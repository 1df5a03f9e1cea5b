import { day, moment, workday } from "./calendar.ts";
import { type Company, padded, range, slug } from "./company.ts";
import { cyclic } from "./cyclic.ts";
import type { People } from "./people.ts";
import { everyNth, type Project, type Projects, type Task } from "./projects.ts";
import { taskWords as words } from "./words.ts";

/** Creates comments, time entries, documents and meetings. */
export function activity(company: Company, staff: People, work: Projects) {
  return {
    comments: buildComments(company, work.tasks),
    timeEntries: buildTimeEntries(company, work.tasks),
    documents: buildDocuments(company, staff, work.projects),
    meetings: buildMeetings(company, staff, work.projects),
  };
}

function buildComments(company: Company, tasks: readonly Task[]) {
  const random = company.random("task_comment");
  const discussed = tasks.filter((task) => task.status !== "backlog" && task.assignee_id !== null);
  return everyNth(discussed, company.share(300)).map((task, i) => {
    const isInternal = i % 40 === 7;
    const body = isInternal ? cyclic(words.internalComments, i) : random.pick(words.comments);
    return {
      id: company.id("task_comment"),
      organization_id: company.organizationId,
      task_id: task.id,
      author_id: i % 3 === 0 ? task.reporter_id : task.assignee_id,
      body,
      is_private: isInternal || task.is_private,
      created_ts: moment(-random.int(1, 60), random.int(8, 18), random.int(0, 59)),
    };
  });
}

function buildTimeEntries(company: Company, tasks: readonly Task[]) {
  const random = company.random("time_entry");
  // No time is booked on private tasks: the time entries, which are not private, would reveal them.
  const worked = tasks.filter((task) => !task.is_private && ["done", "in_review", "in_progress"].includes(task.status));
  return everyNth(worked, company.share(300)).flatMap((task) => {
    if (task.assignee_id === null) return [];
    const on = workday(-random.int(3, 90));
    return {
      id: company.id("time_entry"),
      organization_id: company.organizationId,
      title: `${random.pick(words.activities)}: ${task.title.charAt(0).toLowerCase()}${task.title.slice(1)}`,
      task_id: task.id,
      employee_id: task.assignee_id,
      worked_on: day(on),
      hours: random.int(2, 32) / 4,
      is_billable: random.chance(0.7),
      hourly_rate: random.pick([85, 95, 110, 125, 145]),
      currency: company.currency,
      created_ts: moment(on, 17, random.int(0, 59)),
    };
  });
}

function buildDocuments(company: Company, { employees }: People, projects: readonly Project[]) {
  const random = company.random("document");
  const policies = words.documentTitles.policy;
  const { policy: _, ...ofProjects } = words.documentTitles;
  const kinds = (Object.keys(ofProjects) as (keyof typeof ofProjects)[]).flatMap((kind) =>
    ofProjects[kind].map((title) => ({ kind, title })),
  );
  return range(company.share(200)).map((i) => {
    const project = i < policies.length ? null : cyclic(projects, i);
    const pick = project ? cyclic(kinds, Math.floor(i / projects.length) * 5 + i) : null;
    const title = pick && project ? `${pick.title} ${project.code}` : cyclic(policies, i);
    const created = -random.int(2, 260);
    const revision = random.int(1, 6);
    return {
      id: company.id("document"),
      organization_id: company.organizationId,
      title,
      document_type: pick?.kind ?? "policy",
      status: project ? random.weighted({ draft: 30, in_review: 20, approved: 40, archived: 10 }) : "approved",
      project_id: project?.id ?? null,
      author_id: project ? (project.manager_id ?? null) : cyclic(employees, i + 3).id,
      revision,
      file_name: `${slug(title)}-r${padded(revision, 2)}.pdf`,
      file_size: random.int(40_000, 6_000_000),
      content: project
        ? `${title}\n\nThis document belongs to the project "${project.name}". ${project.description} Please send remarks to the author.`
        : `${title}\n\nValid for all employees of ${company.name} from the first of the month. Questions go to the people team.`,
      is_private: (project?.is_private ?? false) || i % 70 === 41,
      created_ts: moment(created, random.int(8, 17), random.int(0, 59)),
    };
  });
}

function buildMeetings(company: Company, { employees, offices }: People, projects: readonly Project[]) {
  const random = company.random("meeting");
  const open = offices.filter((office) => office.status === "open");
  const running = projects.filter((project) => project.status === "active" || project.status === "planned");
  return range(company.share(200)).map((i) => {
    const project = i % 4 === 3 ? null : cyclic(running, i);
    const kind = project?.status === "planned" ? "Kick-off" : random.pick(words.meetingTitles);
    const on = workday(-60 + Math.floor((i * 100) / company.share(200)));
    const hour = random.int(8, 16);
    const isVideo = random.chance(0.35);
    const isCancelled = random.chance(0.05);
    return {
      id: company.id("meeting"),
      organization_id: company.organizationId,
      title: project ? `${kind}: ${project.name}` : random.pick(words.companyMeetings),
      status: isCancelled ? "cancelled" : on < 0 ? "held" : "scheduled",
      project_id: project?.id ?? null,
      office_id: isVideo ? null : random.pick(open).id,
      organizer_id: project?.manager_id ?? cyclic(employees, i % 20).id,
      starts_ts: moment(on, hour),
      ends_ts: moment(on, hour, random.pick([30, 45, 60, 90])),
      room: isVideo ? null : random.pick(words.rooms),
      video_url: isVideo ? `https://meet.${company.domain}/${random.int(100_000, 999_999)}` : null,
      agenda: project ? "1. Where we are\n2. What blocks us\n3. Decisions\n4. Next steps" : null,
      is_private: (project?.is_private ?? false) || i % 60 === 27,
      created_ts: moment(Math.min(on, -1) - random.int(2, 20), hour),
    };
  });
}
