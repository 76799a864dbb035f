CREATE TABLE "imports" (
	"org_id" integer NOT NULL,
	"id" text NOT NULL,
	"file" text NOT NULL,
	"source" text NOT NULL,
	"dry_run" boolean NOT NULL,
	"state" text NOT NULL,
	"said_by" text,
	"begun_at" bigint NOT NULL,
	"told_at" bigint NOT NULL,
	"bytes" bigint NOT NULL,
	"bytes_read" bigint NOT NULL,
	"tally" json NOT NULL,
	"report" json,
	"problem" json,
	CONSTRAINT "imports_org_id_id_pk" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
ALTER TABLE "scorecard_versions" ADD COLUMN "said_by" text;--> statement-breakpoint
ALTER TABLE "target_versions" ADD COLUMN "said_by" text;--> statement-breakpoint
ALTER TABLE "kpi_versions" ADD COLUMN "said_by" text;