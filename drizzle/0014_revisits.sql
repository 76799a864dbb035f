CREATE TABLE "closed_windows" (
	"org_id" integer NOT NULL,
	"window" text NOT NULL,
	"zone" text NOT NULL,
	"from_at" bigint NOT NULL,
	"to_at" bigint NOT NULL,
	"id" text NOT NULL,
	"position" bigint NOT NULL,
	"recorded_at" bigint NOT NULL,
	CONSTRAINT "closed_windows_org_id_window_zone_from_at_pk" PRIMARY KEY("org_id","window","zone","from_at")
);
--> statement-breakpoint
CREATE TABLE "revisits" (
	"org_id" integer NOT NULL,
	"person" text NOT NULL,
	"bucket" integer NOT NULL,
	"position" bigint NOT NULL,
	CONSTRAINT "revisits_org_id_person_bucket_pk" PRIMARY KEY("org_id","person","bucket")
);
--> statement-breakpoint
ALTER TABLE "badges_earned" ADD COLUMN "withdrawn" bigint;