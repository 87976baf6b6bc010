import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeAddress } from './judge_address.ts';

const refused = (address: string, loopback = false) => judgeAddress(address, loopback).issue ?? '';

test('what the guard refuses is said before it is sent', () => {
  for (const [address, why] of [
    ['hooks.example.com', /full URL/],
    ['ftp://hooks.example.com/', /https/],
    ['http://hooks.example.com/', /https/],
    ['https://user:pw@hooks.example.com/', /user and password/],
    ['https://hooks.example.com/#x', /from #/],
    ['https://hooks.example.com\\x', /backslashes/],
    ['https://a b.example/', /spaces/],
    ['https:///x', /no host/],
    ['https://münchen.example/', /ASCII/],
    ['https://hooks.example.com:80/', /Below 1024/],
    ['https://hooks.example.com:6379/', /internal services/],
    ['https://hooks.example.com:0/', /1 to 65535/],
    ['https://127.0.0.1/', /private/],
    ['https://10.1.2.3/', /private/],
    ['https://172.31.0.1/', /private/],
    ['https://169.254.169.254/', /private/],
    ['https://100.64.0.1/', /private/],
    ['https://240.0.0.1/', /private/],
    ['https://2130706433/', /decimal numbers/],
    ['https://0x7f.1/', /decimal numbers/],
    ['https://010.0.0.1/', /decimal numbers/],
    ['https://1.2.3.256/', /decimal numbers/],
    ['https://intranet/', /full host name/],
    ['https://db.internal/', /internal network/],
    ['https://printer.local/', /internal network/],
    ['https://x.home.arpa/', /internal network/],
    [`https://a.example/${'x'.repeat(2050)}`, /Too long/],
  ] as const)
    assert.match(refused(address), why, address);
});

test('what it takes is not held up', () => {
  for (const address of [
    'https://hooks.example.com/beckon',
    'https://hooks.example.com:8443/x?y=1',
    'https://172.32.0.1/',
    'https://9.9.9.9/',
    'https://[2606:4700::1111]/',
  ])
    assert.equal(refused(address), '', address);
});

test('loopback is taken where the server runs with --dev, and there alone', () => {
  assert.equal(refused('http://127.0.0.1:8080/dev/receiver', true), '');
  assert.match(refused('http://127.0.0.1:8080/dev/receiver'), /https/);
  assert.match(refused('https://10.0.0.1/', true), /private/);
});
