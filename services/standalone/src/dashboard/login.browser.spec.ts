import { describeWithBrowser } from '@picly/testing';
import { DashboardWorld, settled } from '../testing/dashboard-world';

const ADMIN_KEY = 'admin-key-of-the-dashboard-spec';

describeWithBrowser('logging in', (open) => {
  let world: DashboardWorld;
  let readKey: { readonly id: string; readonly key: string };
  let browserKey: string;

  beforeAll(async () => {
    world = await DashboardWorld.start({ open, adminKey: ADMIN_KEY });
    readKey = await world.client.post<{ id: string; key: string }>('/api/analytics/admin/keys', { name: 'analyst', scopes: ['read'] });
    browserKey = (await world.client.post<{ key: string }>('/api/analytics/admin/keys', { name: 'page', scopes: ['ingest:browser'] })).key;
  }, 120_000);
  afterAll(() => world.stop());

  const logIn = async (key: string) => {
    const page = await world.open('');
    await page.getByLabel('Key').fill(key);
    await page.getByRole('button', { name: 'Log in' }).click();
    return page;
  };

  it('refuses unknown keys and keys that may not read, in words', async () => {
    const unknown = await logIn('sk_nonsense');
    await unknown.getByText('the key is unknown or revoked').waitFor();
    const cannotRead = await logIn(browserKey);
    await cannotRead.getByText(/may not read/).waitFor();
    await unknown.context().close();
    await cannotRead.context().close();
  }, 60_000);

  it('a read key sees figures and never what only administrators see; revoked, it is out', async () => {
    const page = await logIn(readKey.key);
    await page.getByRole('navigation').waitFor();
    expect(await page.getByRole('link', { name: 'Operations' }).count()).toBe(0);
    await world.visit(page, '/operations');
    await page.getByText('There is no such page').waitFor();
    const status = await page.evaluate<number>(`fetch('/api/analytics/admin/keys').then((answer) => answer.status)`);
    expect(status).toBe(403);
    const [cookie] = await page.context().cookies();
    expect(cookie).toMatchObject({ name: 'picly_session', httpOnly: true, sameSite: 'Strict' });
    expect(await page.evaluate('document.cookie')).toBe('');
    await world.client.delete(`/api/analytics/admin/keys/${readKey.id}`);
    await world.visit(page, '/engines');
    await page.getByLabel('Key').waitFor({ timeout: 60_000 });
    await page.context().close();
  }, 120_000);

  it('an admin key sees operations, and logging out ends the session on the server', async () => {
    const page = await logIn(ADMIN_KEY);
    await page.getByRole('link', { name: 'Operations' }).click();
    await settled(page);
    await page
      .getByText(/views current|behind/)
      .first()
      .waitFor();
    const [cookie] = await page.context().cookies();
    const headers = { cookie: `picly_session=${cookie?.value ?? ''}` };
    const keys = `${world.url}/api/analytics/admin/keys`;
    expect((await fetch(keys, { headers })).status).toBe(200);
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByLabel('Key', { exact: true }).waitFor();
    expect((await fetch(keys, { headers })).status).toBe(401);
    await page.context().close();
  }, 120_000);

  it('a session changes nothing for pages from elsewhere', async () => {
    const page = await logIn(ADMIN_KEY);
    await page.getByRole('navigation').waitFor();
    const [cookie] = await page.context().cookies();
    const base = { cookie: `picly_session=${cookie?.value ?? ''}`, 'content-type': 'application/json' };
    const make = (headers: Readonly<Record<string, string>>) =>
      fetch(`${world.url}/api/analytics/admin/keys`, {
        method: 'POST',
        headers: { ...base, ...headers },
        body: JSON.stringify({ name: 'x', scopes: ['read'] }),
      });
    expect((await make({})).status).toBe(403);
    expect((await make({ 'x-picly-page': '1', origin: 'https://evil.example' })).status).toBe(403);
    expect((await make({ 'x-picly-page': '1', 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await make({ 'x-picly-page': '1', origin: world.url })).status).toBe(201);
    await page.context().close();
  }, 60_000);
});
