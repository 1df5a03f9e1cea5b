import type { SeededRandom } from "@heliograph/shared/seeded-random";
import { day, moment, workday } from "./calendar.ts";
import { type Company, range } from "./company.ts";
import { cyclic } from "./cyclic.ts";
import type { Employee, People } from "./people.ts";
import type { Client } from "./sales.ts";
import { projectWords, taskWords } from "./words.ts";

const TASKS = 2000;
const MILESTONES_PER_PROJECT = taskWords.milestoneNames.length;

/** Creates projects with their milestones and tasks. */
export function projects(company: Company, staff: People, clients: readonly Client[]) {
  const plans = buildProjects(company, staff, clients);
  const milestones = plans.flatMap((plan) => buildMilestones(company, plan));
  const tasks = buildTasks(company, plans, milestones, staff.employees);
  return { projects: plans.map((plan) => plan.row), milestones, tasks };
}

export type Projects = ReturnType<typeof projects>;
type Plan = ReturnType<typeof buildProjects>[number];
export type Project = Plan["row"];
export type Task = ReturnType<typeof buildTasks>[number];
type Milestone = ReturnType<typeof buildMilestones>[number];

function buildProjects(company: Company, { departments, employees }: People, clients: readonly Client[]) {
  const random = company.random("project");
  const active = clients.filter((client) => client.status === "active");
  const [, bob] = employees;
  return (projectWords.projects[company.name] ?? []).map((project, i) => {
    const client = project.forClient ? cyclic(active, i * 3) : null;
    const status =
      i < 3 || project.isPrivate
        ? "active"
        : random.weighted({ active: 52, planned: 16, completed: 18, on_hold: 8, cancelled: 6 });
    const length = random.int(90, 320);
    const start = {
      active: -Math.floor(length * (0.3 + random.next() * 0.5)),
      planned: random.int(7, 60),
      completed: -length - random.int(5, 90),
      on_hold: -Math.floor(length / 2),
      cancelled: -Math.floor(length / 2),
    }[status];
    const elapsed = Math.round((-start / length) * 100);
    return {
      kind: project.kind,
      start,
      end: start + length,
      row: {
        id: company.id("project"),
        organization_id: company.organizationId,
        name: client ? `${project.name} for ${client.name}` : project.name,
        code: project.code,
        status,
        priority: random.weighted({ low: 12, medium: 50, high: 30, urgent: 8 }),
        client_id: client?.id ?? null,
        department_id: random.pick(departments).row.id,
        manager_id: i % 4 === 0 && bob ? bob.id : cyclic(employees, 5 + i * 3).id,
        start_on: day(start),
        end_on: day(start + length),
        budget: random.int(8, 160) * 2500,
        currency: company.currency,
        progress_percent: status === "completed" ? 100 : Math.min(95, Math.max(0, elapsed)),
        description: project.description,
        is_private: project.isPrivate ?? false,
        created_ts: moment(
          start - random.int(20, 60) - (status === "planned" ? 60 : 0),
          random.int(8, 17),
          random.int(0, 59),
        ),
      },
    };
  });
}

function buildMilestones(company: Company, { row: project, start, end }: Plan) {
  const length = end - start;
  return taskWords.milestoneNames.map((name, m) => {
    const due = start + Math.round((length * (m + 1)) / MILESTONES_PER_PROJECT);
    const isPast = due < 0 || project.status === "completed";
    const isMissed = isPast && project.status !== "completed" && (project.status === "cancelled" || m % 3 === 2);
    return {
      id: company.id("milestone"),
      organization_id: company.organizationId,
      name: `${project.code}: ${name.toLowerCase()}`,
      project_id: project.id,
      status: isMissed ? "missed" : isPast ? "reached" : "open",
      due_on: day(due),
      reached_on: isPast && !isMissed ? day(due - (m % 2)) : null,
      description: null,
      is_private: project.is_private,
      created_ts: project.created_ts,
    };
  });
}

function buildTasks(
  company: Company,
  plans: readonly Plan[],
  milestones: readonly Milestone[],
  employees: readonly Employee[],
) {
  const random = company.random("task");
  const perProject = company.share(TASKS) / plans.length;
  return plans.flatMap((plan, p) => {
    const { actions, subjects } = taskWords.work[plan.kind];
    const own = milestones.slice(p * MILESTONES_PER_PROJECT, (p + 1) * MILESTONES_PER_PROJECT);
    const titles = random.shuffled(
      actions.flatMap((action, a) =>
        subjects.map((subject) => ({ title: action.replace("%", subject), subject, phase: a })),
      ),
    );
    // Due dates follow the order of the actions: design tasks are due before later phases.
    const chosen = titles.slice(0, perProject).sort((a, b) => a.phase - b.phase);
    const crew = [0, 1, 2, 3, 4, 5].map((k) => cyclic(employees, 8 + p * 5 + k)).concat(employees.slice(1, 3));
    const ids = chosen.map(() => company.id("task"));
    const parents = chooseParents(chosen.map(({ subject }) => subject));
    return chosen.map(({ title }, t) => {
      const at = t / chosen.length;
      const due = workday(plan.start + (plan.end - plan.start) * (at * 0.9 + 0.08) + random.int(-4, 4));
      const begin = due - random.int(2, 14);
      const status = taskStatus(plan.row.status, due, random);
      const parent = parents[t] ?? null;
      const created = Math.min(begin, -1) - random.int(3, 30);
      return {
        id: cyclic(ids, t),
        organization_id: company.organizationId,
        title,
        project_id: plan.row.id,
        milestone_id: cyclic(own, Math.min(own.length - 1, Math.floor(at * own.length))).id,
        parent_task_id: parent === null ? null : cyclic(ids, parent),
        status,
        priority: random.weighted({ low: 18, medium: 54, high: 22, urgent: 6 }),
        assignee_id: status === "backlog" && random.chance(0.6) ? null : random.pick(crew).id,
        reporter_id: plan.row.manager_id,
        start_on: day(begin),
        due_on: day(due),
        estimated_hours: random.pick([1, 2, 3, 4, 6, 8, 8, 12, 16, 24, 40]),
        completed_ts: status === "done" ? moment(Math.min(due, -1), random.int(8, 17), random.int(0, 59)) : null,
        description: random.pick(taskWords.taskNotes),
        // Only tasks without parent and subtasks are private: users who cannot see a parent cannot save its subtasks.
        is_private: plan.row.is_private || (parent === null && !parents.includes(t) && random.chance(0.02)),
        created_ts: moment(created, random.int(8, 17), random.int(0, 59)),
      };
    });
  });
}

/** Chooses for some tasks the index of an earlier task on the same subject as parent. Subtasks have no subtasks. */
function chooseParents(subjects: readonly string[]): (number | null)[] {
  const parents: (number | null)[] = [];
  for (const [t, subject] of subjects.entries()) {
    const earlier = subjects.findIndex((other, o) => o < t && other === subject && parents[o] === null);
    parents.push(t % 3 === 2 && earlier >= 0 ? earlier : null);
  }
  return parents;
}

function taskStatus(project: Plan["row"]["status"], due: number, random: SeededRandom) {
  if (project === "completed") return random.weighted({ done: 94, cancelled: 6 });
  if (project === "cancelled") return due < -60 ? "done" : "cancelled";
  if (project === "planned") return random.weighted({ backlog: 70, todo: 30 });
  if (due < -14) return random.weighted({ done: 88, cancelled: 4, in_review: 4, in_progress: 4 });
  if (project === "on_hold") return random.weighted({ backlog: 60, todo: 40 });
  if (due < 7) return random.weighted({ done: 30, in_review: 22, in_progress: 36, todo: 12 });
  if (due < 40) return random.weighted({ in_progress: 15, todo: 65, backlog: 20 });
  return random.weighted({ todo: 25, backlog: 75 });
}

/** Picks `count` items, evenly spaced over the list. */
export function everyNth<T>(list: readonly T[], count: number): T[] {
  return range(count).map((i) => cyclic(list, Math.floor((i * list.length) / count)));
}
