DROP INDEX "events_correction";--> statement-breakpoint
ALTER TABLE "events" ADD COLUMN "of_source" text;--> statement-breakpoint
ALTER TABLE "events" ADD COLUMN "of_id" text;--> statement-breakpoint
CREATE INDEX "events_of" ON "events" USING btree ("org_id","of_source","of_id") WHERE of_id is not null;--> statement-breakpoint
ALTER TABLE "accounts" ADD CONSTRAINT "accounts_own" UNIQUE("org_id","id");