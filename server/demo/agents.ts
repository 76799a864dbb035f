import type { AgentTold, QueueName, Skill, Story } from './cast.ts';
import { chanceOf } from './chance.ts';

/** Days that the new hire has been there when the demo begins. */
export const NEW_HIRE_DAYS = 14;

type Queues = Readonly<Partial<Record<QueueName, number>>>;

/** What most of a team's contacts are about. */
const TEAM_QUEUES: Readonly<Record<string, Queues>> = {
  aurora: { service: 6, sales: 2, billing: 2 },
  habagat: { service: 3, technical: 6, billing: 1 },
  tejo: { service: 6, sales: 2, billing: 2 },
  douro: { sales: 5, loyalty: 4, service: 1 },
  noite: { service: 5, sales: 3, billing: 2 },
  mondego: { loyalty: 4, service: 4, technical: 2 },
};

/** Everybody on the phone, eight a team. A name, and for a few a story. */
const FLOOR: Readonly<Record<string, readonly string[]>> = {
  aurora: [
    'jasmin Jasmin Dela Peña',
    'rico Rico Manalastas',
    'althea Althea Buenviaje',
    'paolo Paolo Sarmiento',
    'rowena Rowena Katigbak',
    'emil Emil Pangilinan',
    'tala Tala Macaraeg',
    'dionisio Dionisio Baluyot',
  ],
  habagat: [
    'corazon Corazon Umali',
    'jomar Jomar Villaflor',
    'liway Liway Tolentino',
    'benedicto Benedicto Aguas',
    'marikit Marikit Sandoval',
    'arnel Arnel Quizon',
    'divina Divina Escaño',
    'rafael Rafael Lacsamana',
  ],
  tejo: [
    'beatriz Beatriz Falcão',
    'duarte Duarte Nogueira',
    'ines Inês Valadares',
    'tomas Tomás Arraiolos',
    'catarina Catarina Sobral',
    'bruno Bruno Alcoforado',
    'filomena Filomena Trancoso',
    'rodrigo Rodrigo Penha',
  ],
  douro: [
    'matilde Matilde Serpa',
    'afonso Afonso Belmonte',
    'carlota Carlota Vidigueira',
    'simao Simão Lamego',
    'graca Graça Monforte',
    'nuno Nuno Barcelos',
    'violante Violante Mértola',
    'xavier Xavier Ourique',
  ],
  noite: [
    'leonor Leonor Batalha',
    'goncalo Gonçalo Mourato',
    'yara Yara Semedo',
    'vasco Vasco Peniche',
    'marisa Marisa Candeias',
    'ismael Ismael Tavira',
    'debora Débora Lobito',
    'anselmo Anselmo Praia',
  ],
  mondego: [
    'constanca Constança Lousã',
    'teodoro Teodoro Penacova',
    'jacinta Jacinta Tentúgal',
    'edgar Edgar Montemor',
    'noemia Noémia Soure',
    'baltasar Baltasar Góis',
    'estela Estela Arganil',
    'ulisses Ulisses Mira',
  ],
};

/** Two days off a week, counted from Monday, 0; laid so that of every team at least five of eight are there on each day. */
const DAYS_OFF = [
  [0, 1],
  [2, 3],
  [4, 5],
  [6, 0],
  [1, 2],
  [3, 4],
  [5, 6],
  [2, 5],
] as const;

type Tale = { story?: Story; daysHere?: number; skill: Partial<Skill> };

const TALES: Readonly<Record<string, Tale>> = {
  jasmin: {
    story: 'star',
    daysHere: 1460,
    skill: {
      talk: 0.8,
      acwMs: 29_000,
      transfer: 0.045,
      csat: 0.94,
      quality: 0.95,
      comeback: 0.6,
      conversion: 0.38,
      lateMinutes: 1,
    },
  },
  rico: {
    story: 'shortens',
    daysHere: 610,
    skill: { talk: 0.82, acwMs: 28_000, short: 0.19, csat: 0.74, quality: 0.8, comeback: 2.2 },
  },
  althea: {
    story: 'new-hire',
    daysHere: NEW_HIRE_DAYS,
    skill: { talk: 1.38, acwMs: 64_000, transfer: 0.11, csat: 0.8, quality: 0.82, conversion: 0.18 },
  },
  duarte: { story: 'declines', daysHere: 1720, skill: { talk: 0.97, csat: 0.86, quality: 0.89, acwMs: 40_000 } },
  ines: { story: 'four-surveys', daysHere: 300, skill: { talk: 1.05, csat: 1, quality: 0.85, lateMinutes: 5 } },
  tomas: {
    story: 'hard-queue',
    daysHere: 980,
    skill: { talk: 0.95, csat: 0.82, quality: 0.92, queues: { billing: 9, service: 1 } },
  },
  // one who has room to grow and one who is on a good way: the two whom the sign-in page offers most often
  goncalo: { daysHere: 720, skill: { talk: 1.08, acwMs: 52_000, transfer: 0.11, csat: 0.79, lateMinutes: 6 } },
  yara: {
    daysHere: 540,
    skill: { talk: 0.95, acwMs: 38_000, csat: 0.89, quality: 0.92, comeback: 0.8, lateMinutes: 2 },
  },
};

/** The agents of all teams, each with a way of working of one's own. */
export const AGENTS: AgentTold[] = Object.entries(FLOOR).flatMap(([team, people], at) =>
  people.map((line, seat) => agentOf({ line, team, login: String(2100 + at * 100 + seat * 4), seat })),
);

type Seat = { line: string; team: string; login: string; seat: number };

function agentOf({ line, team, login, seat }: Seat): AgentTold {
  const [id = ''] = line.split(' ', 1);
  const tale = TALES[id];
  return {
    id,
    name: line.slice(id.length + 1),
    team,
    login,
    daysOff: DAYS_OFF[seat] ?? [],
    daysHere: tale?.daysHere ?? 90 + chanceOf(`here ${id}`).whole(0, 1500),
    ...(tale?.story ? { story: tale.story } : {}),
    skill: { ...usual(id, team), ...tale?.skill },
  };
}

/** Somebody ordinary, a little better at this and worse at that than the next. */
function usual(id: string, team: string): Skill {
  const chance = chanceOf(`skill ${id}`);
  const between = (from: number, to: number) => from + (to - from) * chance.next();
  return {
    talk: between(0.94, 1.07),
    acwMs: chance.whole(36_000, 52_000),
    transfer: between(0.05, 0.095),
    short: between(0.003, 0.009),
    csat: between(0.79, 0.88),
    quality: between(0.82, 0.92),
    comeback: between(0.75, 1.2),
    conversion: between(0.22, 0.35),
    lateMinutes: chance.whole(1, 6),
    queues: TEAM_QUEUES[team] ?? {},
  };
}
