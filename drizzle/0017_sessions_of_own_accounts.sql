ALTER TABLE "invitations" DROP CONSTRAINT "invitations_account_accounts_id_fk";
--> statement-breakpoint
ALTER TABLE "sessions" DROP CONSTRAINT "sessions_account_accounts_id_fk";
--> statement-breakpoint
ALTER TABLE "invitations" ADD CONSTRAINT "invitations_of_account" FOREIGN KEY ("org_id","account") REFERENCES "public"."accounts"("org_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_of_account" FOREIGN KEY ("org_id","account") REFERENCES "public"."accounts"("org_id","id") ON DELETE cascade ON UPDATE no action;