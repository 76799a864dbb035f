import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { readMapping, rowReader } from '#server/ingest/files/mapping.ts';
import { readEvent } from '#server/ingest/rules.ts';
const m = readMapping(JSON.parse(readFileSync('server/ingest/mappings/anonymous-bank.json','utf8')));
const rows = parse(readFileSync('/work/shared/data/anonymous_bank_1999_01.tsv','utf8'), {delimiter:'\t', quote:null, relax_column_count:true}) as string[][];
const head = rows.shift()!;
const t0=performance.now();
const read = rowReader(m,{columns:head, source:'bank', zone:null});
const agents:any={}; const q:any={skipped:0,refused:0,answered:0,abandoned:0,left_in_ivr:0,wait:0,le20:0,ab20:0,ab5:0}; const ids=new Set(); let odd=0;
const ev:any[]=[];
for(const r of rows){ const x=read(r); if('skipped' in x){q.skipped++;continue;} if('refusal' in x){q.refused++; console.log(x.refusal);continue;} ev.push(...x.events);}
console.log('map us/row',(performance.now()-t0)*1000/rows.length);
const t1=performance.now();
const ctx={now:Date.now(),epoch:Date.parse('1990-01-01'),currency:'EUR'};
const out=ev.map((e,i)=>readEvent(e,i,ctx));
console.log('door us/ev',(performance.now()-t1)*1000/ev.length);
for(const o of out){ if('refusal' in o){console.log(o);q.refused++;continue;} const e=o.event; const d:any=e.data; ids.add(e.id);
 const len=Date.parse(d.endedAt)-Date.parse(d.offeredAt); if(len<-1000*200||len>6*3600e3){odd++; if(odd<6)console.log('odd',e)}
 if(d.outcome==='handled'){q.answered++;q.wait+=d.waitMs;if(d.waitMs<=20000)q.le20++; if(e.agent){const a=agents[e.agent.name]??={h:0,t:0};a.h++;a.t+=d.talkMs;} if(Math.abs(Date.parse(d.endedAt)-Date.parse(d.answeredAt??d.endedAt)-d.talkMs)>2000&&d.answeredAt)q.talkoff=(q.talkoff??0)+1}
 else {q[d.outcome]++; if(d.outcome==='abandoned'){if(d.waitMs<=20000)q.ab20++;if(d.waitMs<=5000)q.ab5++}}}
console.log(rows.length,q,ids.size,'odd',odd,q.wait/q.answered);
const ans=JSON.parse(readFileSync('/work/shared/data/answers/anonymous_bank_1999_01.json','utf8'));
let bad=0; for(const k of new Set([...Object.keys(agents),...Object.keys(ans.agents)])){const a=agents[k],b=ans.agents[k]; if(!a||!b||a.h!==b.handled||a.t!==b.talk_s*1000){bad++;console.log(k,a,b)}}
console.log('agents',Object.keys(agents).length,'bad',bad); console.log(out[2]);
