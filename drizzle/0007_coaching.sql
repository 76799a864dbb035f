CREATE TABLE "coaching_plans" (
	"org_id" integer NOT NULL,
	"id" text NOT NULL,
	"person" text NOT NULL,
	"kpi" text NOT NULL,
	"flag" text,
	"by" text NOT NULL,
	"steps" jsonb NOT NULL,
	"due_on" text NOT NULL,
	"launched_at" bigint NOT NULL,
	"acknowledged_at" bigint,
	"state" text NOT NULL,
	"settled_at" bigint,
	"settled_by" text,
	"position" bigint NOT NULL,
	CONSTRAINT "coaching_plans_org_id_id_pk" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE TABLE "flags" (
	"org_id" integer NOT NULL,
	"id" text NOT NULL,
	"person" text NOT NULL,
	"kpi" text NOT NULL,
	"rule" text NOT NULL,
	"grain" text NOT NULL,
	"about" jsonb NOT NULL,
	"evidence" jsonb NOT NULL,
	"gain" integer NOT NULL,
	"opened_at" bigint NOT NULL,
	"state" text NOT NULL,
	"why" text,
	"closed_at" bigint,
	"closed_by" text,
	"closing" bigint,
	"answers" integer NOT NULL,
	"answer" bigint,
	"position" bigint NOT NULL,
	CONSTRAINT "flags_org_id_id_pk" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE INDEX "coaching_plans_person" ON "coaching_plans" USING btree ("org_id","person","state");--> statement-breakpoint
CREATE INDEX "coaching_plans_flag" ON "coaching_plans" USING btree ("org_id","flag");--> statement-breakpoint
CREATE INDEX "flags_person" ON "flags" USING btree ("org_id","person","state");