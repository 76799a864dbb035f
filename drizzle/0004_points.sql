CREATE TABLE "balances" (
	"org_id" integer NOT NULL,
	"account" text NOT NULL,
	"balance" bigint NOT NULL,
	CONSTRAINT "balances_org_id_account_pk" PRIMARY KEY("org_id","account")
);
--> statement-breakpoint
CREATE TABLE "entries" (
	"org_id" integer NOT NULL,
	"transfer" text NOT NULL,
	"account" text NOT NULL,
	"amount" bigint NOT NULL,
	CONSTRAINT "entries_org_id_transfer_account_pk" PRIMARY KEY("org_id","transfer","account")
);
--> statement-breakpoint
CREATE TABLE "ledger_links" (
	"org_id" integer NOT NULL,
	"position" bigint NOT NULL,
	"digest" "bytea" NOT NULL,
	CONSTRAINT "ledger_links_org_id_position_pk" PRIMARY KEY("org_id","position")
);
--> statement-breakpoint
CREATE TABLE "transfers" (
	"org_id" integer NOT NULL,
	"id" text NOT NULL,
	"position" bigint NOT NULL,
	"at" bigint NOT NULL,
	"kind" text NOT NULL,
	"cause" text NOT NULL,
	"person" text,
	CONSTRAINT "transfers_org_id_id_pk" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE TABLE "source_choices" (
	"org_id" integer NOT NULL,
	"name" text NOT NULL,
	"backfill" text NOT NULL,
	"position" bigint NOT NULL,
	CONSTRAINT "source_choices_org_id_name_pk" PRIMARY KEY("org_id","name")
);
--> statement-breakpoint
CREATE UNIQUE INDEX "transfers_position" ON "transfers" USING btree ("org_id","position");--> statement-breakpoint
CREATE INDEX "transfers_person" ON "transfers" USING btree ("org_id","person","position");--> statement-breakpoint
CREATE INDEX "transfers_at" ON "transfers" USING btree ("org_id","at");--> statement-breakpoint
ALTER TABLE "sources" DROP COLUMN "backfill";