-- Who the invoice is made out to: asked for with the charge, kept with the payment until the invoice is issued. Null for
-- those from before. Columns without a default are added without touching a row.
alter table payment add column address jsonb;
alter table invoice add column address jsonb;
