-- The log needs its first partitions before anybody can write.
select app.ensure_partitions();
