CREATE TABLE "grants" (
	"org_id" integer NOT NULL,
	"id" text NOT NULL,
	"reward" text NOT NULL,
	"person" text NOT NULL,
	"by" text NOT NULL,
	"price" integer NOT NULL,
	"at" bigint NOT NULL,
	"position" bigint NOT NULL,
	CONSTRAINT "grants_org_id_id_pk" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE TABLE "redemptions" (
	"org_id" integer NOT NULL,
	"id" text NOT NULL,
	"reward" text NOT NULL,
	"person" text NOT NULL,
	"price" integer NOT NULL,
	"at" bigint NOT NULL,
	"position" bigint NOT NULL,
	"state" text NOT NULL,
	"settled_at" bigint,
	"settled_by" text,
	CONSTRAINT "redemptions_org_id_id_pk" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE TABLE "rewards" (
	"org_id" integer NOT NULL,
	"id" text NOT NULL,
	"name" text NOT NULL,
	"words" text NOT NULL,
	"icon" text NOT NULL,
	"price" integer NOT NULL,
	"stock" integer,
	"visible" boolean NOT NULL,
	"position" bigint NOT NULL,
	CONSTRAINT "rewards_org_id_id_pk" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE INDEX "grants_person" ON "grants" USING btree ("org_id","person","at");--> statement-breakpoint
CREATE INDEX "grants_by" ON "grants" USING btree ("org_id","by","at");--> statement-breakpoint
CREATE INDEX "grants_reward" ON "grants" USING btree ("org_id","reward");--> statement-breakpoint
CREATE INDEX "redemptions_person" ON "redemptions" USING btree ("org_id","person","at");--> statement-breakpoint
CREATE INDEX "redemptions_reward" ON "redemptions" USING btree ("org_id","reward");