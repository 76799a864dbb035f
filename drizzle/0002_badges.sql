CREATE TABLE "badges_earned" (
	"org_id" integer NOT NULL,
	"id" text NOT NULL,
	"person" text NOT NULL,
	"badge" text NOT NULL,
	"tier" text NOT NULL,
	"period" text NOT NULL,
	"version" integer NOT NULL,
	"points" integer NOT NULL,
	"celebrate" boolean NOT NULL,
	"at" bigint NOT NULL,
	"position" bigint NOT NULL,
	CONSTRAINT "badges_earned_org_id_id_pk" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE INDEX "badges_earned_person" ON "badges_earned" USING btree ("org_id","person","at");--> statement-breakpoint
CREATE INDEX "badges_earned_at" ON "badges_earned" USING btree ("org_id","at");