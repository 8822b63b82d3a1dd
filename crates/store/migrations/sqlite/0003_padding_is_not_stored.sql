-- Layout 3: padding keys are made from the server's secrets when a file is written, and nothing of them is stored.
ALTER TABLE exports DROP COLUMN padded;
