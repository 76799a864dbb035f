CREATE TABLE "invitations" (
	"hash" text PRIMARY KEY NOT NULL,
	"org_id" integer NOT NULL,
	"account" uuid NOT NULL,
	"kind" text NOT NULL,
	"created_at" bigint NOT NULL,
	"expires_at" bigint NOT NULL,
	"used_at" bigint
);
--> statement-breakpoint
CREATE TABLE "audit" (
	"org_id" integer NOT NULL,
	"number" integer NOT NULL,
	"at" bigint NOT NULL,
	"actor" text NOT NULL,
	"act" text NOT NULL,
	"object" text NOT NULL,
	"hash" text NOT NULL,
	CONSTRAINT "audit_org_id_number_pk" PRIMARY KEY("org_id","number")
);
--> statement-breakpoint
CREATE TABLE "looks" (
	"org_id" integer NOT NULL,
	"subject" text NOT NULL,
	"viewer" text NOT NULL,
	"noun" text NOT NULL,
	"hour" bigint NOT NULL,
	"at" bigint NOT NULL,
	"times" integer NOT NULL,
	CONSTRAINT "looks_org_id_subject_hour_viewer_noun_pk" PRIMARY KEY("org_id","subject","hour","viewer","noun")
);
--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "seen_at" bigint;--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "browser" text;--> statement-breakpoint
ALTER TABLE "invitations" ADD CONSTRAINT "invitations_account_accounts_id_fk" FOREIGN KEY ("account") REFERENCES "public"."accounts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "invitations_account" ON "invitations" USING btree ("account");