CREATE TABLE "device_scenes" (
	"org_id" integer NOT NULL,
	"device" text NOT NULL,
	"scenes" jsonb NOT NULL,
	"changed_at" bigint NOT NULL,
	CONSTRAINT "device_scenes_org_id_device_pk" PRIMARY KEY("org_id","device")
);
--> statement-breakpoint
CREATE TABLE "pairing_tries" (
	"digest" text PRIMARY KEY NOT NULL,
	"org_id" integer NOT NULL,
	"since" bigint NOT NULL,
	"tries" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pairings" (
	"code" text PRIMARY KEY NOT NULL,
	"org_id" integer NOT NULL,
	"secret" text NOT NULL,
	"created_at" bigint NOT NULL,
	"expires_at" bigint NOT NULL,
	"device" text,
	"approved_at" bigint,
	"collected_at" bigint,
	CONSTRAINT "pairings_secret_unique" UNIQUE("secret")
);
--> statement-breakpoint
ALTER TABLE "devices" ADD COLUMN "last_seen_at" bigint;--> statement-breakpoint
CREATE INDEX "pairings_end" ON "pairings" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "devices_made" ON "devices" USING btree ("org_id","created_at","id");